/** What a caller is called with, and `generate()`. */
import type { Note, Script } from '../support/script';

const said = (...text: string[]) => ({ text });
const add = (n: number) => ({ name: 'add', args: { n }, id: `add-${n}` });
const tool = (name: string, n = 1) => ({ name, args: { n }, id: `${name}-${n}` });

const NAMES = [
  'onChunk',
  'onStepFinish',
  'onFinish',
  'onError',
  'onSuspended',
  'onAbort',
  'onIterationComplete',
];

/** Callbacks of a call; each notes what it is given. */
const callbacks = (note: Note, names = NAMES) =>
  Object.fromEntries(names.map(name => [name, (given: unknown) => void note(name, given)]));

export const CALLBACKS: Script[] = [
  { name: 'callbacks of text', turns: [said('a', 'b')], options: note => callbacks(note) },
  {
    name: 'callbacks of tools',
    turns: [{ tools: [add(1)] }, said('2')],
    options: note => callbacks(note),
  },
  {
    name: 'callbacks of an approval',
    turns: [{ tools: [tool('guarded')] }, said('2')],
    options: note => callbacks(note),
  },
  {
    name: 'callbacks of an error',
    turns: [{ fails: { error: new TypeError('no power') } }],
    options: note => callbacks(note),
  },
  {
    name: 'callbacks of an abort',
    turns: [{ text: ['a', 'b', 'c'], hangsAfter: 4 }],
    abortOnHang: true,
    options: note => callbacks(note),
  },
  {
    name: 'callbacks of a tool that fails',
    turns: [{ tools: [tool('fail')] }, said('sorry')],
    options: note => callbacks(note),
  },
  { name: 'generate()', generates: true, turns: [said('a', 'b')], options: note => callbacks(note) },
  {
    name: 'generate() with tools',
    generates: true,
    turns: [{ text: ['Let me see.'], tools: [add(1), tool('fail')] }, said('2')],
    options: note => callbacks(note),
  },
  {
    name: 'generate() with an approval and a question',
    generates: true,
    turns: [{ tools: [tool('guarded')] }, { tools: [tool('ask')] }, said('done')],
  },
  {
    name: 'generate() that is refused',
    generates: true,
    turns: [{ tools: [tool('guarded')] }, said('not done')],
    answers: [{ approved: false, reason: 'too dear' }],
  },
  {
    name: 'an abort by the caller’s own signal',
    turns: [{ text: ['a', 'b', 'c'], hangsAfter: 5 }],
    ...bySignal(),
  },
  {
    name: 'an abort by thread',
    turns: [{ tools: [add(1)] }, { text: ['a', 'b', 'c'], hangsAfter: 5 }],
    abortOnHang: ({ durable, threadId, resourceId, note }) =>
      note('aborted', durable.abortThreadStream({ threadId, resourceId })),
  },
  {
    name: 'an abort by run',
    turns: [{ text: ['a', 'b', 'c'], hangsAfter: 5 }],
    abortOnHang: ({ durable, runId, note }) => note('aborted', durable.abortRunStream(runId)),
  },
];

function bySignal(): Pick<Script, 'options' | 'abortOnHang'> {
  let controller = new AbortController();
  return {
    options: note => {
      controller = new AbortController();
      return { ...callbacks(note, ['onAbort', 'onFinish']), abortSignal: controller.signal };
    },
    abortOnHang: () => controller.abort(),
  };
}
