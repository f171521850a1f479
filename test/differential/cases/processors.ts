/** Processors as steps: each of their phases, and how they end. */
import { MessageList } from '@mastra/core/agent';
import type { Case } from '../kit';
import { define, echo } from './parts';
import {
  MESSAGES,
  answered,
  asked,
  called,
  flow,
  looks,
  message,
  processor,
  shout,
  shouting,
  stepped,
  streamed,
  texts,
} from './processor-parts';

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

export const processors: Case[] = [...phases, ...endings];
