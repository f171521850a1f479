/** Processors as steps: what they hand on to each other, and in containers. */
import { MessageList } from '@mastra/core/agent';
import type { Case, StepContext } from '../kit';
import { always, child, define } from './parts';
import {
  type Method,
  MESSAGES,
  asked,
  flow,
  flowOfItems,
  looks,
  processor,
  shouting,
  streamed,
  texts,
} from './processor-parts';

export const processorsTogether: Case[] = [
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
