/** Random workflows, and random changes of them. */
import type { Flow } from '../differential/kit';
import type { Version } from './rig';

/** One entry of a workflow's graph; a foreach with the step that makes its items. */
export interface Entry {
  kind: 'step' | 'parallel' | 'branch' | 'loop' | 'foreach' | 'nested' | 'nap' | 'ask';
  /** Of a nested workflow its own, else those of its steps. */
  ids: string[];
  /** A nested workflow's steps. */
  inner?: string[];
}

export interface DeployCase {
  mode: 'running' | 'suspended';
  first: Entry[];
  second: Entry[];
  /** What was done to the first. */
  changes: string;
}

type Random = () => number;

/** Steps of this entry that are executed when it is come to. */
export function executedBy({ kind, ids, inner }: Entry): string[] {
  if (kind === 'nap') return [];
  if (kind === 'branch') return ids.slice(0, 1);
  if (kind === 'foreach') return [...ids, ...ids.map(makes)];
  if (kind === 'nested') return inner ?? [];
  return ids;
}

const makes = (id: string) => `makes ${id}`;

export function build(version: Version, id: string, entries: readonly Entry[]): Flow {
  const { step } = version;
  return entries
    .reduce<Flow>((flow, { kind, ids, inner = [] }) => {
      const [first = ''] = ids;
      const arms = ids.map(step);
      switch (kind) {
        case 'nap':
          return version.nap(flow);
        case 'ask':
          return flow.then(version.ask(first));
        case 'parallel':
          return flow.parallel(arms);
        case 'branch':
          return flow.branch(arms.map((arm, index) => [async () => index === 0, arm]));
        case 'loop':
          return flow.dountil(arms[0], async () => true);
        case 'foreach':
          return flow.then(version.items(makes(first), 2)).foreach(arms[0]);
        case 'nested':
          return flow.then(
            inner.reduce<Flow>((nested, one) => nested.then(step(one)), version.workflow(first)).commit(),
          );
        default:
          return flow.then(arms[0]);
      }
    }, version.workflow(id))
    .commit();
}

class Author {
  private count = 0;

  constructor(private readonly random: Random) {}

  pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.random() * all.length)] as T;
  }

  upTo(most: number): number {
    return Math.floor(this.random() * (most + 1));
  }

  id(): string {
    return `s${this.count++}`;
  }

  entry(): Entry {
    const kind = this.pick([
      'step',
      'step',
      'step',
      'parallel',
      'branch',
      'loop',
      'foreach',
      'nested',
    ] as const);
    if (kind === 'nested') return { kind, ids: [`n${this.id()}`], inner: [this.id(), this.id()] };
    const arms = kind === 'parallel' || kind === 'branch';
    return { kind, ids: arms ? [this.id(), this.id()] : [this.id()] };
  }
}

/** What may be done to a graph; answers undefined where there is nothing to do it to. */
const CHANGES: Record<string, (entries: Entry[], author: Author) => string | undefined> = {
  insert(entries, author) {
    const entry = author.entry();
    const at = author.upTo(entries.length);
    entries.splice(at, 0, entry);
    return `${entry.kind} ${entry.ids.join('+')} at ${at}`;
  },
  remove(entries, author) {
    const at = author.upTo(entries.length - 1);
    if (entries.length < 2) return undefined;
    return `${entries.splice(at, 1)[0]?.ids.join('+')} at ${at}`;
  },
  rename(entries, author) {
    const entry = author.pick(entries.filter(({ kind }) => kind === 'step' || kind === 'ask'));
    if (!entry) return undefined;
    const before = entry.ids;
    entry.ids = [author.id()];
    return `${before.join()} to ${entry.ids.join()}`;
  },
  swap(entries, author) {
    const at = author.upTo(entries.length - 2);
    const [one, other] = entries.slice(at, at + 2);
    if (!one || !other) return undefined;
    entries.splice(at, 2, other, one);
    return `${one.ids.join('+')} and ${other.ids.join('+')}`;
  },
  wrap(entries, author) {
    const entry = author.pick(entries.filter(({ kind }) => kind === 'step'));
    if (!entry) return undefined;
    const [id = ''] = entry.ids;
    const kind = author.pick(['parallel', 'branch', 'foreach', 'loop', 'nested'] as const);
    entry.kind = kind;
    if (kind === 'nested') Object.assign(entry, { ids: [`n${author.id()}`], inner: [id] });
    else if (kind === 'parallel') entry.ids = [id, author.id()];
    return `${id} into ${kind}`;
  },
};

/** A workflow, and what another version made of it. */
export function deployCase(random: Random): DeployCase {
  const author = new Author(random);
  const mode = author.pick(['running', 'suspended'] as const);
  const place: Entry = mode === 'running' ? { kind: 'nap', ids: ['nap'] } : { kind: 'ask', ids: ['asks'] };
  const first = Array.from({ length: 2 + author.upTo(3) }, () => author.entry());
  // At least one is before it, and it is never the last.
  first.splice(1 + author.upTo(first.length - 2), 0, place);
  const second = structuredClone(first);
  const changes: string[] = [];
  while (changes.length < 1 + author.upTo(2)) {
    const name = author.pick(Object.keys(CHANGES));
    const done = CHANGES[name]?.(second, author);
    if (done !== undefined) changes.push(`${name} ${done}`);
  }
  return { mode, first, second, changes: changes.join('; ') };
}
