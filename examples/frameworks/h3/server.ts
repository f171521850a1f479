// h3 2 speaks Request and Response.
import { serve } from '@mastra/inngest';
import { H3, serve as listen } from 'h3';
import { greet, inngest, mastra } from './mastra.ts';

const handle = serve({ mastra, inngest });

const app = new H3();
app.all('/api/inngest', event => handle(event.req));
app.get('/greet', () => greet('Ada'));

listen(app, { port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' });
