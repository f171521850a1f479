import { createServe } from '@mastra/inngest';
import { serve } from 'inngest/koa';
import Koa from 'koa';
import { greet, inngest, mastra } from './mastra.ts';

const app = new Koa();
const handle = createServe(serve)({ mastra, inngest });
app.use(async (context, next) => {
  if (context.path === '/api/inngest') await handle(context);
  else if (context.path === '/greet') context.body = await greet('Ada');
  else await next();
});

app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
