import { serve as listen } from '@hono/node-server';
import { serve } from '@mastra/inngest';
import { Hono } from 'hono';
import { greet, inngest, mastra } from './app.ts';

const app = new Hono();
app.on(['GET', 'POST', 'PUT'], '/api/inngest', serve({ mastra, inngest }));
app.get('/greet', async c => c.json(await greet('Ada')));

listen({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' });
