import { Mastra } from '@mastra/core/mastra';
import { serve } from '@mastra/inngest';
import { LibSQLStore } from '@mastra/libsql';
import { PinoLogger } from '@mastra/loggers';
import { customFunctions } from '../inngest/custom-functions';
import { inngest } from './inngest';
import { incrementWorkflow } from './workflows';

export const mastra = new Mastra({
  workflows: { incrementWorkflow },
  storage: new LibSQLStore({
    id: 'mastra-storage',
    url: process.env.DATABASE_URL ?? 'file:./mastra.db',
  }),
  server: {
    host: '0.0.0.0',
    // Mastra keeps everything below its apiPrefix for itself. Moving it away from '/api' frees /api/inngest.
    apiPrefix: '/mastra',
    apiRoutes: [
      {
        path: '/api/inngest',
        method: 'ALL',
        createHandler: async ({ mastra }) => serve({ mastra, inngest, functions: customFunctions }),
      },
    ],
  },
  logger: new PinoLogger({ name: 'Mastra', level: 'info' }),
});
