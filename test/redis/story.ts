/** A stream's chunks as they arrive, and how two streams of the same graph are compared. */
import { plain } from '../server/plain';
import { type StreamedEvent, differenceOf, disorderOf, wordOf } from '../streams/stories/words';
import { PARTS } from './workflow';

export type Chunk = StreamedEvent;

/** Reads on by itself. */
export class Story {
  readonly chunks: Chunk[] = [];
  /** All chunks; rejects where the stream breaks off. */
  readonly all: Promise<Chunk[]>;

  constructor(response: Promise<Response>) {
    this.all = this.read(response);
    // A test whose process is killed never asks for the end.
    this.all.catch(() => {});
  }

  /** What a step has written, as far as the story has come. */
  notesOf(step: string): string[] {
    return this.chunks.flatMap(({ payload, data }) => {
      const { from, wrote } = (data ?? payload?.output ?? {}) as { from?: string; wrote?: string };
      return from === step && wrote !== undefined ? [wrote] : [];
    });
  }

  private async read(response: Promise<Response>): Promise<Chunk[]> {
    const { ok, status, body } = await response;
    if (!ok || !body) throw new Error(`The app answered ${status}`);
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of body) {
      text += decoder.decode(bytes as Uint8Array, { stream: true });
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      this.chunks.push(...lines.map(line => JSON.parse(line) as Chunk));
    }
    return this.chunks;
  }
}

/** What happened to which step, and with what: all but ids and times, which differ from run to run. */
function word(chunk: Chunk): string {
  const { type, payload, data } = chunk;
  // A foreach's items end in any order; its progress says how many did.
  if (type === 'workflow-step-progress') return wordOf(chunk);
  const { id: _id, stepName: _name, ...rest } = payload ?? {};
  return `${wordOf(chunk)} ${JSON.stringify(plain(data ?? rest), sorted)}`;
}

/** A store gives the fields of an object back in an order of its own. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What is wrong with a story of a run, against one of another run of the graph: an event more or less, or before its cause. */
export function disorder(expected: readonly Chunk[], seen: readonly Chunk[]): string | undefined {
  const part = (step: string) => PARTS.findIndex(steps => steps.includes(step));
  return disorderOf(expected.map(word), seen.map(word), part);
}

/** Where two stories of one run differ in what happened, or in its order. */
export function difference(expected: readonly Chunk[], seen: readonly Chunk[]): string | undefined {
  return differenceOf(expected.map(word), seen.map(word));
}
