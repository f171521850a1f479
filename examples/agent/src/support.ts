import { Mastra } from '@mastra/core/mastra';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createInngestAgent } from '@mastra/inngest';
import { LibSQLStore } from '@mastra/libsql';
import { Inngest } from 'inngest';
import { z } from 'zod';
import { scriptedModel } from './model';

/** Called when something is done that is done once. */
export type Note = (what: string) => void;

export function supportApp(baseUrl: string, database: string, note: Note) {
  const inngest = new Inngest({ id: 'support', baseUrl, isDev: true });

  const lookUp = createTool({
    id: 'lookUp',
    description: 'What is known of an order',
    inputSchema: z.object({ order: z.number() }),
    execute: async ({ order }) => {
      note(`looks order ${order} up`);
      return { order, paid: 30 };
    },
  });

  const refund = createTool({
    id: 'refund',
    description: 'Pays an order back',
    inputSchema: z.object({ order: z.number(), amount: z.number() }),
    requireApproval: true,
    execute: async ({ order, amount }) => {
      note(`pays ${amount} back for order ${order}`);
      return { order, amount };
    },
  });

  const agent = new Agent({
    id: 'support',
    name: 'Support',
    instructions: 'You help customers with their orders.',
    model: scriptedModel(turn => note(`asks the model, turn ${turn + 1}`)),
    tools: { lookUp, refund },
  });
  const support = createInngestAgent({ agent, inngest });
  const mastra = new Mastra({
    agents: { support },
    storage: new LibSQLStore({ id: 'support', url: database }),
    logger: false,
  });
  return { inngest, mastra, support };
}
