import { serve } from '@mastra/inngest';
import { greet, inngest, mastra } from './mastra.ts';

Bun.serve({
  port: Number(process.env['PORT'] ?? 3000),
  hostname: '127.0.0.1',
  routes: {
    '/api/inngest': serve({ mastra, inngest }),
    '/greet': async () => Response.json(await greet('Ada')),
  },
});
