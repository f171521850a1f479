/** An agent that calls its model three times and two tools, one of which a person has to approve; and how a caller plays with it. */
import { randomUUID } from 'node:crypto';
import { MockMemory } from '@mastra/core/memory';
import type { InngestAgent } from '@mastra/inngest';
import { normaliser } from './normalised';
import type { Turn } from './scripted-model';

export interface Chunk {
  type: string;
  payload?: { text?: string; toolCallId?: string };
  data?: { chunks?: number };
}

/** A call of a tool. As a provider does, the model gives it an id that was never there before, each time that it is asked. */
const call = (name: string, n: number) => ({
  name,
  args: { n },
  get id() {
    return randomUUID();
  },
});

export const CLERK_TURNS: Turn[] = [
  { text: ['Let ', 'me ', 'see.'], tools: [call('look', 1)] },
  { text: ['This ', 'has ', 'a price.'], tools: [call('buy', 2)] },
  { text: ['It ', 'is ', 'yours.'] },
];

/** The ops of a run of it, in order: of the leg that ends with the question to a person, and of the one that begins with the answer. */
export const CLERK_OPS = [
  ['turn › model', 'turn › tool [0]', 'turn (2) › model', 'turn (2) › tool [0]', 'finish'],
  ['resume', 'turn (2) › tool [0]', 'turn (3) › model', 'map-final-output', 'finish'],
].flatMap((names, leg) => names.map(name => `${leg}/${name}`));

/** A place at which the process that executes the run dies. */
export interface Site {
  place: string;
  /** What is called twice then: `model 2` is the second call of the model, `look` and `buy` are the tools. */
  again?: string;
  /** The op had told all that it has to tell. */
  isTold?: boolean;
}

const CALLS: Record<string, string> = {
  '0/turn › model': 'model 1',
  '0/turn › tool [0]': 'look',
  '0/turn (2) › model': 'model 2',
  '1/turn (2) › tool [0]': 'buy',
  '1/turn (3) › model': 'model 3',
};

/** Before each op, after it, and, where it calls the model or a tool, when that is over, and in the middle. */
export const SITES: Site[] = [
  ...CLERK_OPS.flatMap((op): Site[] => {
    const again = CALLS[op];
    const ends = [{ place: `before ${op}` }, { place: `after ${op}`, again, isTold: true }];
    return again === undefined ? ends : [...ends, { place: `in ${op}`, again }];
  }),
  ...[1, 2, 3].map(turn => ({ place: `clerk turn ${turn} part 4`, again: `model ${turn}` })),
  { place: 'tool 1', again: 'look' },
  { place: 'tool 2', again: 'buy' },
];

/** What a run calls, in order, if a process dies at a site. */
export function callsAt({ again }: Site): string[] {
  return ['model 1', 'look', 'model 2', 'buy', 'model 3'].flatMap(call =>
    call === again ? [call, call] : [call],
  );
}

/** The calls that the lines of a journal tell of. */
export function callsIn(lines: readonly string[]): string[] {
  return lines.flatMap(line => {
    const [kind, agent, ...rest] = line.split(' ');
    if (agent !== 'clerk') return [];
    // Two messages are there at first, and each turn adds two.
    if (kind === 'model') return [`model ${Number(rest[1]) / 2}`];
    return kind === 'tool' ? [String(rest[0])] : [];
  });
}

/** All that can be seen of a run. */
export interface Seen {
  runId: string;
  chunks: Chunk[];
  /** How many chunks each `data-mastra-restart` made void. */
  restarts: number[];
  text: string;
  messages: unknown;
}

/** Its messages are in the store that all processes share. */
export function clerkMemory(storage: object): MockMemory {
  return new MockMemory({ storage: storage as never });
}

/** Plays a run with its approval. `whileWaiting` is called between the two, with the run's id. */
export async function playClerk(
  clerk: InngestAgent,
  whileWaiting: (runId: string) => Promise<void> | void = () => {},
): Promise<Seen> {
  const thread = randomUUID();
  const inThread = { memory: { thread, resource: 'somebody' } };
  const told: Chunk[] = [];
  const first = await clerk.stream('Buy it.', { ...inThread, closeOnSuspend: true } as never);
  await readInto(told, first.fullStream);
  const { runId } = first;
  await whileWaiting(runId);
  const toolCallId = told.findLast(({ type }) => type === 'tool-call-approval')?.payload?.toolCallId;
  const answer = { toolCallId, ...inThread };
  const second = await clerk.resume(runId, { approved: true }, answer as never);
  await readInto(told, second.fullStream);
  const text = await second.output.text;
  const memory = (await clerk.getMemory()) as MockMemory;
  const { messages } = await memory.recall({ threadId: thread, resourceId: 'somebody' });
  return { runId, ...shown(told), text, messages };
}

/**
 * The chunks that are the same whatever happens to the run's process, as somebody sees them who heeds restarts. Core's stream object adds
 * up all that came, so where a call began anew, its sums in the last chunk are more than the run's: `isSummed` is false.
 */
export function chunksOf(told: readonly Chunk[], isSummed = true): unknown {
  const chunks = shown(told).chunks.map(({ payload, ...chunk }) =>
    chunk.type === 'finish' && !isSummed ? chunk : { ...chunk, payload },
  );
  return normaliser()(JSON.parse(JSON.stringify(chunks)));
}

/** All of a run that is the same. */
export function comparable({ chunks, text, messages }: Seen, isSummed = true): unknown {
  return { chunks: chunksOf(chunks, isSummed), messages: normaliser()(messages), ...(isSummed && { text }) };
}

async function readInto(told: Chunk[], stream: unknown): Promise<void> {
  for await (const chunk of stream as AsyncIterable<Chunk>) told.push(chunk);
}

/** What somebody sees who heeds what he is told of restarts. */
export function shown(told: readonly Chunk[]): { chunks: Chunk[]; restarts: number[] } {
  const chunks: Chunk[] = [];
  const restarts: number[] = [];
  for (const chunk of told) {
    if (chunk.type === 'data-mastra-restart') {
      const count = chunk.data?.chunks ?? 0;
      restarts.push(count);
      chunks.splice(chunks.length - count);
    } else chunks.push(chunk);
  }
  return { chunks, restarts };
}
