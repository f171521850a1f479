import { createServer } from 'node:http';
import { createServe } from '@mastra/inngest';
import { createApp, createRouter, eventHandler, toNodeListener } from 'h3';
import { serve } from 'inngest/h3';
import { greet, inngest, mastra } from './mastra.ts';

// A router leaves the path as it is. `app.use('/api/inngest', …)` takes it off, and the app would register without it.
const router = createRouter()
  .use('/api/inngest', eventHandler(createServe(serve)({ mastra, inngest })))
  .get(
    '/greet',
    eventHandler(() => greet('Ada')),
  );

createServer(toNodeListener(createApp().use(router))).listen(
  Number(process.env['PORT'] ?? 3000),
  '127.0.0.1',
);
