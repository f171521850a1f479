/** Threads, resources, working memory and what was said before. */
import { MockMemory } from '@mastra/core/memory';
import { RequestContext } from '@mastra/core/request-context';
import { until } from '../../support/until';
import type { Played, Script } from '../support/script';
import { scriptedModel } from '../support/scripted-model';

const said = (...text: string[]) => ({ text });
const add = (n: number) => ({ name: 'add', args: { n }, id: `add-${n}` });
const inThread = ({ threadId, resourceId }: Played) => ({
  memory: { thread: threadId, resource: resourceId },
});

/** One run before, in the same thread. */
const spokenBefore = async (played: Played) => {
  await played.durable.generate('Before.', inThread(played));
};
const working = (scope: 'thread' | 'resource') =>
  new MockMemory({ enableWorkingMemory: true, options: { workingMemory: { enabled: true, scope } } });
const update = {
  name: 'updateWorkingMemory',
  args: { memory: '# Name: Ada' },
  id: 'update-1',
};

export const REMEMBERING: Script[] = [
  { name: 'a second run in the thread', turns: [said('ok')], before: spokenBefore },
  {
    name: 'a second run after tools',
    turns: [{ tools: [add(1)] }, said('2')],
    before: spokenBefore,
  },
  {
    name: 'the last message only',
    turns: [said('ok')],
    agent: () => ({ memory: new MockMemory({ options: { lastMessages: 1 } }) }),
    before: spokenBefore,
  },
  {
    name: 'no messages from before',
    turns: [said('ok')],
    before: spokenBefore,
    options: (_note, played) => ({
      memory: { ...inThread(played()).memory, options: { lastMessages: false } },
    }),
  },
  {
    name: 'a thread with title and metadata',
    turns: [said('ok')],
    options: (_note, played) => ({
      memory: {
        thread: { id: played().threadId, title: 'A talk', metadata: { from: 'here' } },
        resource: played().resourceId,
      },
    }),
  },
  {
    name: 'read only',
    turns: [{ tools: [add(1)] }, said('2')],
    options: (_note, played) => ({ memory: { ...inThread(played()).memory, options: { readOnly: true } } }),
  },
  {
    name: 'a title of the call',
    turns: [said('ok')],
    options: (note, played) => ({
      memory: {
        ...inThread(played()).memory,
        options: { generateTitle: true },
        onTitleGenerated: (title: string) => note('title', title),
      },
    }),
    after: async ({ memory, threadId }) =>
      until(async () => (await memory.getThreadById({ threadId }))?.title === 'ok'),
  },
  {
    name: 'a title that the memory has always made',
    turns: [said('ok')],
    agent: () => ({
      memory: new MockMemory({
        options: { generateTitle: { model: scriptedModel([said('Always')]) as never } },
      }),
    }),
    after: async ({ memory, threadId }) =>
      until(async () => (await memory.getThreadById({ threadId }))?.title === 'Always'),
  },
  ...(['thread', 'resource'] as const).map((scope): Script => ({
    name: `working memory of the ${scope}`,
    turns: [{ tools: [update] }, said('noted')],
    agent: () => ({ memory: working(scope) }),
    after: async ({ memory, threadId, resourceId, note }) =>
      note('working memory', await memory.getWorkingMemory({ threadId, resourceId })),
  })),
  {
    name: 'working memory that is there',
    turns: [said('Ada')],
    agent: () => ({ memory: working('resource') }),
    before: async ({ memory, threadId, resourceId }) => {
      const thread = { id: threadId, resourceId, createdAt: new Date(), updatedAt: new Date() };
      await memory.saveThread({ thread });
      await memory.updateWorkingMemory({ threadId, resourceId, workingMemory: '# Name: Ada' });
    },
  },
  {
    name: 'memory by request',
    turns: [said('ok')],
    ...byRequest(),
  },
  {
    name: 'messages are stored while it waits for an answer, turn by turn',
    turns: [
      { tools: [add(1)] },
      { tools: [{ name: 'guarded', args: { n: 2 }, id: 'guarded-2' }] },
      said('3'),
    ],
    options: () => ({ savePerStep: true }),
  },
  {
    name: 'a model that fails: what is stored',
    turns: [{ tools: [add(1)] }, { text: ['Half'], fails: { error: new TypeError('cut'), late: true } }],
  },
  {
    name: 'metadata of a message',
    turns: [said('ok')],
    said: { role: 'user', content: 'Hi.', metadata: { from: 'phone' } } as never,
  },
  {
    name: 'a thread alone',
    turns: [said('ok')],
    options: (_note, played) => ({ memory: { thread: played().threadId, resource: undefined } }),
  },
];

function byRequest(): Pick<Script, 'agent' | 'options'> {
  return {
    agent: note => {
      const memory = new MockMemory();
      const ofRequest = ({ requestContext }: { requestContext: RequestContext }) => {
        note('memory of', requestContext.get('tenant' as never));
        return memory;
      };
      return { memory: ofRequest };
    },
    options: () => ({ requestContext: new RequestContext([['tenant', 'acme'] as never]) }),
  };
}
