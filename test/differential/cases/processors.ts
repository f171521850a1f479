/** Processors as steps: each of their phases, and what they hand on to each other. */
import { MessageList } from '@mastra/core/agent';
import { createStep } from '@mastra/core/workflows';
import type { Case, Kit, StepContext } from '../kit';
import { always, child, define, echo } from './parts';

interface Message {
  id: string;
  role: string;
  createdAt: Date;
  content: { format: 2; parts: { type: string; text: string }[] };
}

/** What a processor's method gets, as far as these cases look at it. */
interface Given {
  messages: Message[];
  messageList: MessageList;
  systemMessages: unknown[];
  state: Record<string, unknown>;
  part?: { type: string; payload?: { text: string } };
  streamParts?: unknown[];
  stepNumber?: number;
  text?: string;
  result?: { text: string };
  toolName?: string;
  args?: unknown;
  retryCount?: number;
  requestContext: { get(key: string): unknown };
  writer?: { custom(chunk: object): Promise<void> };
  abort(reason?: string, options?: object): never;
}

type Method = (given: Given) => unknown;

const message = (id: string, text: string, role = 'user'): Message => ({
  id,
  role,
  createdAt: new Date(1_700_000_000_000 + Number(id.slice(1))),
  content: { format: 2, parts: [{ type: 'text', text }] },
});

const shout = (one: Message): Message => ({
  ...one,
  content: {
    ...one.content,
    parts: one.content.parts.map(part => ({ ...part, text: part.text.toUpperCase() })),
  },
});

const MESSAGES = [message('m1', 'hello'), message('m2', 'what is the time?')];
const asked = { input: { phase: 'input', messages: MESSAGES, systemMessages: [] } };
const answered = {
  input: {
    phase: 'outputResult',
    messages: [...MESSAGES, message('m3', 'it is noon', 'assistant')],
    result: { text: 'it is noon', usage: { inputTokens: 1 }, finishReason: 'stop', steps: [] },
  },
};
const stepped = {
  input: {
    phase: 'outputStep',
    messages: [...MESSAGES, message('m3', 'it is noon', 'assistant')],
    stepNumber: 2,
    text: 'it is noon',
    finishReason: 'stop',
    toolCalls: [],
  },
};
const streamed = {
  input: {
    phase: 'outputStream',
    part: { type: 'text-delta', payload: { text: 'noon' } },
    streamParts: [],
    state: { seen: 1 },
  },
};
const called = {
  input: {
    phase: 'toolResult',
    messages: MESSAGES,
    stepNumber: 0,
    toolName: 'clock',
    toolCallId: 'call-1',
    args: { zone: 'UTC' },
    result: { text: 'noon', usage: {}, finishReason: 'stop', steps: [] },
  },
};

/** A processor with one method. */
function processor(kit: Kit, method: string, body: Method, id = 'tidy') {
  return createStep({
    id,
    name: `The ${id}`,
    [method]: kit.fn(id, async (given: Given) => body(given)),
  } as never);
}

const texts = ({ inputData }: StepContext) =>
  (inputData.messages as Message[]).map(({ content }) => content.parts.map(({ text }) => text).join(' '));

/**
 * The steps after one that makes the list of the messages: it can't be part of a run's input, and each processor wants it.
 */
function flow(kit: Kit, options: object = {}) {
  return kit.workflow(options).then(kit.step('lists', ({ inputData }) => listing(inputData as Given)));
}

/** The same for a list of inputs. */
function flowOfItems(kit: Kit) {
  return kit
    .workflow()
    .then(kit.step('lists', ({ inputData }) => (inputData as unknown as Given[]).map(listing)));
}

function listing(given: Given) {
  // The list keeps the messages that it gets, and changes them.
  const messages = structuredClone(given.messages);
  return { ...given, messageList: new MessageList().add(messages as never, 'input') };
}

/** What a later step sees of a processor's result, without its message list. */
const looks = (kit: Kit, id = 'looks') => kit.step(id, texts);

const shouting = (kit: Kit, id = 'tidy') =>
  processor(kit, 'processInput', ({ messages }) => messages.map(shout), id);

const phases: Case[] = [
  define('processor-input', kit => flow(kit).then(shouting(kit)).then(looks(kit)).commit(), asked),
  define(
    'processor-input-gives-its-list',
    kit =>
      flow(kit)
        .then(processor(kit, 'processInput', ({ messageList }) => messageList.addSystem('Be brief.')))
        .then(kit.step('looks', ({ inputData }) => [texts({ inputData } as never), inputData.systemMessages]))
        .commit(),
    asked,
  ),
  define(
    'processor-input-gives-both',
    kit =>
      flow(kit)
        .then(
          processor(kit, 'processInput', ({ messages, systemMessages }) => ({
            messages: messages.slice(1),
            systemMessages: [...systemMessages, { role: 'system', content: 'Be brief.' }],
          })),
        )
        .then(kit.step('looks', ({ inputData }) => inputData.systemMessages as unknown))
        .commit(),
    asked,
  ),
  define(
    'processor-input-gives-nothing',
    kit =>
      flow(kit)
        .then(processor(kit, 'processInput', () => undefined))
        .then(looks(kit))
        .commit(),
    asked,
  ),
  define(
    'processor-input-step',
    kit =>
      flow(kit)
        .then(
          processor(kit, 'processInputStep', ({ messages, stepNumber }) => ({
            messages: messages.map(shout),
            systemMessages: [{ role: 'system', content: `Step ${stepNumber}` }],
            toolChoice: 'none',
          })),
        )
        .then(looks(kit))
        .commit(),
    { input: { phase: 'inputStep', messages: MESSAGES, stepNumber: 1, systemMessages: [] } },
  ),
  define(
    'processor-output-stream',
    kit =>
      kit
        .workflow()
        .then(
          processor(kit, 'processOutputStream', ({ part, state }) => {
            state.seen = Number(state.seen) + 1;
            return { ...part, payload: { text: `${part?.payload?.text}!` } };
          }),
        )
        .then(kit.step('looks', ({ inputData }) => [inputData.part, Number(inputData.state.seen)]))
        .commit(),
    streamed,
  ),
  define(
    'processor-output-stream-drops',
    kit =>
      kit
        .workflow()
        .then(processor(kit, 'processOutputStream', () => null))
        .commit(),
    streamed,
  ),
  define(
    'processor-output-result',
    kit =>
      flow(kit)
        .then(
          processor(kit, 'processOutputResult', ({ messages, result }) =>
            messages.map(one =>
              one.role === 'assistant' ? message('m3', `${result?.text}.`, one.role) : one,
            ),
          ),
        )
        .then(looks(kit))
        .commit(),
    answered,
  ),
  define(
    'processor-output-step',
    kit =>
      flow(kit)
        .then(
          processor(kit, 'processOutputStep', ({ messages, text, stepNumber }) => [
            ...messages.slice(0, -1),
            message('m3', `${stepNumber}: ${text}`, 'assistant'),
          ]),
        )
        .then(looks(kit))
        .commit(),
    stepped,
  ),
  define(
    'processor-tool-result',
    kit =>
      flow(kit)
        .then(
          processor(kit, 'processToolResult', ({ toolName, messages }) => ({
            messages: [...messages, message('m4', `from ${toolName}`, 'assistant')],
          })),
        )
        .commit(),
    called,
  ),
  define(
    'processor-without-the-phase',
    kit => kit.workflow().then(shouting(kit)).then(echo(kit, 'end')).commit(),
    streamed,
  ),
];

const endings: Case[] = [
  define(
    'processor-without-a-list-unvalidated',
    kit =>
      kit
        .workflow({ options: { validateInputs: false } })
        .then(shouting(kit))
        .then(looks(kit))
        .commit(),
    asked,
  ),
  define(
    'processor-aborts',
    kit =>
      flow(kit)
        .then(
          processor(kit, 'processInput', ({ abort }) =>
            abort('not allowed', { retry: true, metadata: { rule: 7 } }),
          ),
        )
        .then(looks(kit, 'never'))
        .commit(),
    asked,
  ),
  define(
    'processor-aborts-without-reason',
    kit =>
      flow(kit)
        .then(processor(kit, 'processOutputResult', ({ abort }) => abort()))
        .commit(),
    answered,
  ),
  define(
    'processor-throws',
    kit =>
      flow(kit)
        .then(
          processor(kit, 'processInput', () => {
            throw new RangeError('lost the thread');
          }),
        )
        .commit(),
    asked,
  ),
  define(
    'processor-retried',
    kit => {
      let tries = 0;
      return flow(kit, { retryConfig: { attempts: 2 } })
        .then(
          processor(kit, 'processInput', ({ messages }) => {
            if (++tries < 3) throw new Error(`try ${tries}`);
            return messages;
          }),
        )
        .then(looks(kit))
        .commit();
    },
    asked,
  ),
  define(
    'processor-gives-a-foreign-list',
    kit =>
      flow(kit)
        .then(processor(kit, 'processInput', () => new MessageList()))
        .commit(),
    asked,
  ),
  define('processor-input-refused', kit => kit.workflow().then(shouting(kit)).commit(), {
    input: { phase: 'input', messages: [{ id: 'm1' }] },
  }),
  define('processor-phase-unknown', kit => kit.workflow().then(shouting(kit)).commit(), {
    input: { phase: 'sideways' },
  }),
];

const together: Case[] = [
  define(
    'processor-chain',
    kit =>
      flow(kit)
        .then(shouting(kit))
        .then(
          processor(
            kit,
            'processInput',
            ({ messages, messageList }) => {
              messageList.addSystem(`${messages.length} messages`);
              return messageList;
            },
            'counts',
          ),
        )
        .then(
          processor(
            kit,
            'processInput',
            ({ messageList, systemMessages }) => {
              const inputs = messageList.get.input.db().map(({ id }) => id);
              return messageList.addSystem(`${systemMessages.length} before, from input: ${inputs.join()}`);
            },
            'tells',
          ),
        )
        .then(kit.step('looks', ({ inputData }) => [texts({ inputData } as never), inputData.systemMessages]))
        .commit(),
    asked,
  ),
  define(
    'processor-list-in-a-step',
    kit =>
      flow(kit)
        .then(shouting(kit))
        .then(
          kit.step('reads', ({ inputData }) => {
            const list = inputData.messageList as MessageList;
            return [
              list instanceof MessageList,
              list.get.all.db().map(({ id }) => id),
              list.get.input.db().length,
            ];
          }),
        )
        .commit(),
    asked,
  ),
  define(
    'processor-state-goes-on',
    kit => {
      const counts: Method = ({ part, state }) => {
        state.seen = Number(state.seen) + 1;
        return part;
      };
      return kit
        .workflow()
        .then(processor(kit, 'processOutputStream', counts, 'one'))
        .then(processor(kit, 'processOutputStream', counts, 'two'))
        .then(kit.step('looks', ({ inputData }) => inputData.state as unknown))
        .commit();
    },
    streamed,
  ),
  define(
    'processor-reads-context',
    kit =>
      flow(kit)
        .then(
          processor(kit, 'processInput', ({ messages, requestContext }) =>
            messages.map(one => ({ ...one, threadId: String(requestContext.get('thread')) })),
          ),
        )
        .commit(),
    { ...asked, start: { requestContext: { thread: 't1' } } },
  ),
  define(
    'processor-writes',
    kit =>
      kit
        .workflow()
        .then(
          processor(kit, 'processOutputStream', async ({ part, writer }) => {
            await writer?.custom({ type: 'data-moderation', data: { fine: true } });
            return part;
          }),
        )
        .commit(),
    streamed,
  ),
  define(
    'processor-in-parallel',
    kit =>
      flow(kit)
        .parallel([shouting(kit), looks(kit, 'plain')])
        .then(
          kit.step('looks', ({ inputData }) => texts({ inputData: inputData['processor:tidy'] } as never)),
        )
        .commit(),
    asked,
  ),
  define(
    'processor-in-branch',
    kit =>
      flow(kit)
        .branch([
          [always(kit, 'yes', true), shouting(kit)],
          [always(kit, 'no', false), shouting(kit, 'other')],
        ])
        .commit(),
    asked,
  ),
  define(
    'processor-in-loop',
    kit =>
      flow(kit)
        .dountil(
          processor(kit, 'processInput', ({ messages }) => messages.slice(1)),
          kit.fn('empty', async ({ inputData }: StepContext) => inputData.messages.length === 0),
        )
        .commit(),
    asked,
  ),
  define(
    'processor-in-foreach',
    kit => flowOfItems(kit).foreach(shouting(kit)).foreach(looks(kit)).commit(),
    { input: MESSAGES.map(one => ({ phase: 'input', messages: [one] })) },
  ),
  define(
    'processor-in-foreach-concurrent',
    kit => flowOfItems(kit).foreach(shouting(kit), { concurrency: 2 }).foreach(looks(kit)).commit(),
    { input: [asked.input, asked.input], unordered: true },
  ),
  define(
    'processor-in-nested',
    kit =>
      flow(kit)
        .then(child(kit, 'inner', [shouting(kit), shouting(kit, 'again')]))
        .then(looks(kit))
        .commit(),
    asked,
  ),
];

export const processors: Case[] = [...phases, ...endings, ...together];
