/** Processors of input, of output and of errors, and scorers. */
import { createScorer } from '@mastra/core/evals';
import { until } from '../../support/until';
import type { Note, Script } from '../support/script';

const said = (...text: string[]) => ({ text });
const add = (n: number) => ({ name: 'add', args: { n }, id: `add-${n}` });

interface Given {
  abort: (reason: string, options?: { retry?: boolean; metadata?: unknown }) => never;
  messages: { role: string; content: { parts: unknown[] } }[];
  retryCount?: number;
  stepNumber?: number;
  state: Record<string, unknown>;
  part: { type: string };
  result?: unknown;
  text?: string;
  finishReason?: string;
  error?: unknown;
}

type Hook = (given: Given) => unknown;

/** A processor of these hooks; notes which are called, and how often a turn was tried. */
const processor = (note: Note, id: string, hooks: Record<string, Hook>) => ({
  id,
  name: id,
  ...Object.fromEntries(
    Object.entries(hooks).map(([name, hook]) => [
      name,
      async (given: Given) => {
        if (name !== 'processOutputStream')
          note(`${id} ${name}`, { stepNumber: given.stepNumber, retryCount: given.retryCount });
        return hook(given);
      },
    ]),
  ),
});

const unchanged: Hook = ({ messages }) => messages;
/** Refuses the first answer, and says whether another may be tried. */
const refusesOnce: Hook = ({ abort, messages, retryCount }) =>
  retryCount === 0 ? abort('say it better', { retry: true, metadata: { why: 'style' } }) : messages;

const scorer = (note: Note) =>
  createScorer({ id: 'length', name: 'length', description: 'How long it is' })
    .preprocess(({ run }) => {
      note('scored', { input: run.input, output: run.output });
      return {};
    })
    .generateScore(() => 1);

export const PROCESSING: Script[] = [
  {
    name: 'hooks of a processor, in order',
    turns: [{ tools: [add(1)] }, said('2')],
    agent: note => {
      const hooks = { processInput: unchanged, processInputStep: () => ({}) };
      const ofOutput = { processOutputStep: unchanged, processOutputResult: unchanged };
      return {
        inputProcessors: [processor(note, 'in', hooks)],
        outputProcessors: [processor(note, 'out', ofOutput)],
      };
    },
  },
  {
    name: 'a processor that adds to the input',
    turns: [said('ok')],
    agent: note => ({
      inputProcessors: [
        processor(note, 'adding', {
          processInput: ({ messages }) => [
            ...messages,
            {
              id: 'added',
              role: 'user',
              createdAt: new Date(0),
              content: { format: 2, parts: [{ type: 'text', text: 'Be kind.' }] },
            },
          ],
        }),
      ],
    }),
  },
  {
    name: 'a processor that changes settings of a step',
    turns: [{ tools: [add(1)] }, said('2')],
    agent: note => ({
      inputProcessors: [
        processor(note, 'setting', {
          processInputStep: ({ stepNumber }) => ({
            modelSettings: { temperature: stepNumber },
            toolChoice: 'auto',
          }),
        }),
      ],
    }),
  },
  {
    name: 'a processor that changes the request',
    turns: [said('ok')],
    agent: note => ({
      inputProcessors: [
        processor(note, 'requesting', {
          processLLMRequest: given => ({
            prompt: (given as unknown as { prompt: object[] }).prompt.toReversed(),
          }),
        }),
      ],
    }),
  },
  {
    name: 'a refusal with metadata',
    turns: [said('never')],
    agent: note => ({
      inputProcessors: [
        processor(note, 'refusing', {
          processInput: ({ abort }) => abort('not this', { metadata: { word: 'bad' } }),
        }),
      ],
    }),
  },
  {
    name: 'a refusal in the second step',
    turns: [{ tools: [add(1)] }, said('never')],
    agent: note => ({
      inputProcessors: [
        processor(note, 'refusing', {
          processInputStep: ({ abort, stepNumber }) => (stepNumber === 1 ? abort('enough') : {}),
        }),
      ],
    }),
  },
  {
    name: 'a refusal in the middle of the answer',
    turns: [said('good ', 'bad ', 'never')],
    agent: note => ({
      outputProcessors: [
        processor(note, 'refusing', {
          processOutputStream: ({ part, abort }) =>
            JSON.stringify(part).includes('bad') ? abort('no') : part,
        }),
      ],
    }),
  },
  {
    name: 'an answer that is tried again',
    turns: [said('one')],
    agent: note => ({ outputProcessors: [processor(note, 'twice', { processOutputStep: refusesOnce })] }),
    options: () => ({ maxProcessorRetries: 2 }),
  },
  {
    name: 'an answer that is tried too often',
    turns: [said('one')],
    agent: note => ({
      outputProcessors: [
        processor(note, 'never', { processOutputStep: ({ abort }) => abort('no', { retry: true }) }),
      ],
    }),
    options: () => ({ maxProcessorRetries: 1 }),
  },
  {
    name: 'a result that is changed at the end',
    turns: [{ tools: [add(1)] }, said('secret')],
    agent: note => ({
      outputProcessors: [
        processor(note, 'last', {
          processOutputResult: ({ messages }) =>
            messages.map(message => ({
              ...message,
              content: JSON.parse(JSON.stringify(message.content).replaceAll('secret', '***')) as never,
            })),
        }),
      ],
    }),
  },
  {
    name: 'a processor that counts in its state',
    turns: [{ text: ['a', 'b'], tools: [add(1)] }, said('c', 'd')],
    agent: note => ({
      outputProcessors: [
        processor(note, 'counting', {
          processOutputStream: ({ part, state }) => {
            if (part.type === 'text-delta') state.count = Number(state.count ?? 0) + 1;
            return part;
          },
          processOutputResult: ({ messages, state }) => {
            note('counted', state.count);
            return messages;
          },
        }),
      ],
    }),
  },
  {
    name: 'an error that a processor has tried again',
    turns: [{ fails: { error: new TypeError('no power') } }],
    agent: note => ({
      errorProcessors: [
        processor(note, 'mending', {
          processAPIError: ({ retryCount, messages }) => {
            note('asked', { retryCount, messages: messages.length });
            return { retry: retryCount === 0 };
          },
        }),
      ],
    }),
    options: () => ({ maxProcessorRetries: 2 }),
  },
  {
    name: 'a processor that fails',
    turns: [said('ok')],
    agent: note => ({
      outputProcessors: [
        processor(note, 'failing', {
          processOutputStep: () => {
            throw new TypeError('broken');
          },
        }),
      ],
    }),
  },
  {
    name: 'generate() that is refused by a processor',
    generates: true,
    turns: [said('one')],
    agent: note => ({
      outputProcessors: [
        processor(note, 'never', { processOutputStep: ({ abort }) => abort('no', { metadata: { a: 1 } }) }),
      ],
    }),
    after: async ({ memory, threadId, resourceId }) =>
      until(async () => (await memory.recall({ threadId, resourceId })).messages.length === 2),
  },
  {
    name: 'processors that need an answer first',
    turns: [{ tools: [{ name: 'guarded', args: { n: 1 }, id: 'guarded-1' }] }, said('done')],
    agent: note => ({
      inputProcessors: [processor(note, 'in', { processInput: unchanged, processInputStep: () => ({}) })],
      outputProcessors: [
        processor(note, 'out', { processOutputStep: unchanged, processOutputResult: unchanged }),
      ],
    }),
  },
  {
    name: 'a scorer of the agent',
    turns: [{ tools: [add(1)] }, said('2')],
    agent: note => ({ scorers: { length: { scorer: scorer(note), sampling: { type: 'ratio', rate: 1 } } } }),
    after: async ({ noted }) => until(() => noted().some(({ what }) => what === 'scored')),
  },
];
