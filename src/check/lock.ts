/** `mastra-inngest.lock.json`: the graphs of the version that was deployed last. */
import { readFile, writeFile } from 'node:fs/promises';
import { GraphChange, type Outlook } from '../engine/graph-change';
import { GraphShape, fingerprintOf } from '../engine/graph-shape';
import { MastraInngestError, reasonOf } from '../errors';
import { isRecord } from '../wire/json';
import { type LockedEntry, lockedGraph, unlockedGraph } from './locked-graph';
import type { ServedWorkflow } from './served-workflows';

const VERSION = 1;

/** One workflow as it was deployed. */
interface LockedWorkflow {
  fingerprint: string;
  /** Names of its ops. */
  ops: string[];
  graph: LockedEntry[];
}

export interface LockFile {
  version: number;
  workflows: Record<string, LockedWorkflow>;
}

/** How a workflow differs from the lock file. */
export type Locked =
  | { state: 'same' | 'new' | 'gone' }
  /** What becomes of runs that are anywhere in it. */
  | { state: 'changed'; outlook: Outlook };

export class Lock {
  private constructor(private readonly workflows: Record<string, LockedWorkflow>) {}

  /** Undefined where there is no such file. @throws MastraInngestError `INVALID_LOCK` */
  static async read(path: string): Promise<Lock | undefined> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw invalid(path, reasonOf(error));
    });
    if (text === undefined) return undefined;
    try {
      const parsed = JSON.parse(text) as LockFile;
      if (parsed.version !== VERSION || !isRecord(parsed.workflows))
        throw invalid(path, `it is not one of format ${VERSION}`);
      return new Lock(parsed.workflows);
    } catch (error) {
      throw MastraInngestError.is(error) ? error : invalid(path, reasonOf(error));
    }
  }

  static of(workflows: ReadonlyMap<string, ServedWorkflow>): Lock {
    const locked = [...workflows].map(([id, workflow]) => [id, lockedWorkflow(workflow)] as const);
    return new Lock(Object.fromEntries(locked));
  }

  static from({ workflows }: LockFile): Lock {
    return new Lock(workflows);
  }

  get file(): LockFile {
    return { version: VERSION, workflows: this.workflows };
  }

  async write(path: string): Promise<void> {
    await writeFile(path, `${JSON.stringify(this.file, null, 2)}\n`);
  }

  /** The workflows as far as they can be compared, by id. */
  graphs(): Map<string, ServedWorkflow> {
    const inner = (id: string) => this.workflows[id]?.graph;
    return new Map(
      Object.entries(this.workflows).map(([id, { graph }]) => [
        id,
        { id, serializedStepGraph: unlockedGraph(graph, inner) },
      ]),
    );
  }

  /** Ids of all workflows in the file. */
  get ids(): string[] {
    return Object.keys(this.workflows);
  }

  compare(id: string, workflow: ServedWorkflow | undefined): Locked {
    const locked = this.workflows[id];
    if (!locked) return { state: 'new' };
    if (!workflow) return { state: 'gone' };
    const was = unlockedGraph(locked.graph, nested => this.workflows[nested]?.graph);
    if (locked.fingerprint === fingerprintOf(workflow.serializedStepGraph)) return { state: 'same' };
    const change = GraphChange.between(was, workflow.serializedStepGraph);
    // Only a nested workflow has changed, and it has an entry of its own.
    return change ? { state: 'changed', outlook: anywhere(change, was) } : { state: 'same' };
  }
}

function lockedWorkflow({ serializedStepGraph: graph }: ServedWorkflow): LockedWorkflow {
  const { places, branches } = new GraphShape(graph);
  const ops = [...places, ...branches].map(({ op }) => op);
  return { fingerprint: fingerprintOf(graph), ops, graph: lockedGraph(graph) };
}

/** What becomes of runs of which nothing is known: they may be anywhere, and suspended in any step that suspends. */
function anywhere(change: GraphChange, was: readonly unknown[]): Outlook {
  const { places } = new GraphShape(was);
  const outlook = change.replayed(Object.fromEntries(places.map(({ id }) => [id, { status: 'success' }])));
  const waiting = places
    .filter(({ suspends }) => suspends)
    .map(({ id, path }) => change.continuedAt(id, path))
    .flatMap(found => ('why' in found ? [found] : []));
  const known = new Set(outlook.misfits.map(({ stepId }) => stepId));
  return { ...outlook, misfits: [...outlook.misfits, ...waiting.filter(({ stepId }) => !known.has(stepId))] };
}

function invalid(path: string, why: string): MastraInngestError {
  return new MastraInngestError(
    'INVALID_LOCK',
    `${path} can't be read: ${why}. Restore it from your repository, or write it anew with mastra-inngest check --write.`,
  );
}
