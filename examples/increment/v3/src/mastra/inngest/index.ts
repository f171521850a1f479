import { realtimeMiddleware } from '@inngest/realtime/middleware';
import { Inngest } from 'inngest';

export const inngest = new Inngest({
  id: 'mastra',
  baseUrl: process.env.INNGEST_BASE_URL ?? 'http://localhost:8288',
  isDev: true,
  // For functions of your own that publish; workflows need no middleware.
  middleware: [realtimeMiddleware()],
});
