import { Inngest } from 'inngest';

export const inngest = new Inngest({
  id: 'mastra',
  baseUrl: process.env.INNGEST_BASE_URL ?? 'http://localhost:8288',
  isDev: true,
});
