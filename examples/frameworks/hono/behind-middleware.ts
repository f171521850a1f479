// Middleware that reads bodies does no harm.
import { serve as listen } from '@hono/node-server';
import { serve } from '@mastra/inngest';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { greet, inngest, mastra } from './mastra.ts';

const app = new Hono();
app.use(bodyLimit({ maxSize: 10_000_000 }));
app.use(async (c, next) => {
  await c.req.text();
  await next();
});
app.on(['GET', 'POST', 'PUT'], '/api/inngest', serve({ mastra, inngest }));
app.get('/greet', async c => c.json(await greet('Ada')));

listen({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' });
