/** The agents of an app that runs in several processes; each notes what it does. */
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createInngestAgent } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { z } from 'zod';
import { CLERK_TURNS, clerkMemory } from './clerk';
import { type Turn, scriptedModel } from './scripted-model';

export interface TeamOptions {
  note: (line: string) => void;
  /** Called where the process may be told to end: by the name of the place. */
  reach?: (place: string) => Promise<void> | void;
  /** Shared by all processes. */
  storage: object;
}

const anything = z.object({ n: z.number() });
const called = (name: string, n: number) => ({ name, args: { n }, id: `${name}-${n}` });
const WORDS = Array.from({ length: 50 }, (_, place) => `w${place} `);

export function team(inngest: Inngest.Any, { note, reach = () => {}, storage }: TeamOptions) {
  const tool = (id: string, owner: string, options: object = {}) =>
    createTool({
      id,
      description: id,
      inputSchema: anything,
      execute: async ({ n }) => {
        note(`tool ${owner} ${id} ${n}`);
        await reach(`tool ${n}`);
        return { n };
      },
      ...options,
    });
  const member = (id: string, turns: Turn[], tools: object = {}, options: object = {}, own: object = {}) => {
    let calls = 0;
    const model = scriptedModel(
      turns.map((turn, place) => ({
        ...turn,
        pause: async (part: number) => {
          if (part > 0) await reach(`${id} turn ${place + 1} part ${part}`);
          await turn.pause?.(part);
        },
      })),
      { onCall: ({ prompt }) => note(`model ${id} ${++calls} ${prompt.length}`) },
    );
    const agent = new Agent({
      id,
      name: id,
      instructions: 'Work.',
      model: model as never,
      tools: tools as never,
      ...own,
    });
    return createInngestAgent({ agent, inngest, ...options });
  };
  return {
    talker: member('talker', [{ text: WORDS, pause: () => new Promise(resolve => setTimeout(resolve, 4)) }]),
    adder: member(
      'adder',
      [{ tools: [called('add', 1)] }, { tools: [called('add', 2)] }, { text: ['do', 'ne'] }],
      {
        add: tool('add', 'adder'),
      },
    ),
    payer: member('payer', [{ tools: [called('pay', 1), called('pay', 2)] }, { text: ['paid'] }], {
      pay: tool('pay', 'payer', { requireApproval: true }),
    }),
    sleeper: member('sleeper', [{ text: ['a', 'b', 'c'], hangsAfter: 4 }]),
    one: member('one', [{ tools: [called('same', 1)] }, { text: ['one'] }], { same: tool('same', 'one') }),
    two: member('two', [{ tools: [called('same', 2)] }, { text: ['two'] }], { same: tool('same', 'two') }),
    thief: member('thief', [{ tools: [called('same', 3)] }, { text: ['none'] }]),
    clerk: member(
      'clerk',
      CLERK_TURNS,
      { look: tool('look', 'clerk'), buy: tool('buy', 'clerk', { requireApproval: true }) },
      {},
      { memory: clerkMemory(storage) },
    ),
    strict: member('strict', [{ text: ['never'] }], {}, { onMissingClosures: 'fail' }),
  };
}
