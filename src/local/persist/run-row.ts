import type { Core } from '../executor/core';
import type { Json, JsonObject } from '../json';
import type { Job } from '../queue/job';
import type { Pause } from '../state/pauses';
import type { Run, StepTrace } from '../state/run';
import type { Entry } from './journal';
import { plain } from './plain';

function jobRow(core: Core, job: Job): Json {
  const { run: _, ...rest } = job;
  return plain({ ...rest, underWay: core.queue.isUnderWay(job) });
}

function pauseRow({ run: _run, timer, expression, ...pause }: Pause): Json {
  return plain({ ...pause, at: timer?.at, expression: expression?.source });
}

/** What a run was started with: it never changes. */
function startRow(run: Run): JsonObject {
  const { eventsJson: _, ...options } = run.options;
  return {
    fn: run.fn.uuid,
    events: plain(run.events),
    queuedAt: run.queuedAt,
    options: plain(options),
  };
}

/** What is small, or changes as a whole. The stack is the order of the memos, as long as there are any. */
function stateRow(core: Core, run: Run): Json {
  const { status, startedAt, end, requestVersion, forceStepPlan } = run;
  return plain({
    ...{ status, startedAt, end, requestVersion, forceStepPlan },
    ...(run.steps.size === 0 && { stack: run.stack }),
    inputs: [...run.inputs],
    defers: [...run.defers],
    pending: [...run.pending],
    jobs: core.queue.of(run).map(job => jobRow(core, job)),
    pauses: core.pauses.of(run).map(pauseRow),
  });
}

/** What has been recorded of a run that grows with its steps, so that a change costs as much as it changes. */
class Recorded {
  readonly #keys = new Map<ItemKind, Set<string>>();
  readonly #traces = new Map<string, { written: StepTrace; order: number }>();
  #order = 0;

  constructor(private readonly runId: string) {}

  /** The entries for what is there and for what is gone. */
  items(
    kind: ItemKind,
    now: { size: number; keys(): Iterable<string>; has(key: string): boolean },
    valueOf: (key: string) => Json,
  ): Entry[] {
    const known = this.#keys.get(kind) ?? new Set();
    this.#keys.set(kind, known);
    const entries: Entry[] = [];
    for (const key of now.keys()) {
      if (known.has(key)) continue;
      known.add(key);
      entries.push([kind, `${this.runId} ${key}`, valueOf(key)]);
    }
    // Nothing is gone as long as there are as many.
    if (known.size === now.size) return entries;
    for (const key of known) {
      if (now.has(key)) continue;
      known.delete(key);
      entries.push([kind, `${this.runId} ${key}`, null]);
    }
    return entries;
  }

  traces(traces: ReadonlyMap<string, StepTrace>): Entry[] {
    const gone = [...this.#traces.keys()].filter(id => !traces.has(id));
    for (const id of gone) this.#traces.delete(id);
    const entries = gone.map((id): Entry => ['trace', `${this.runId} ${id}`, null]);
    for (const [id, trace] of traces) {
      const known = this.#traces.get(id);
      if (known && isSame(known.written, trace)) continue;
      const order = known?.order ?? this.#order++;
      this.#traces.set(id, { written: { ...trace }, order });
      entries.push(['trace', `${this.runId} ${id}`, plain({ ...trace, order })]);
    }
    return entries;
  }

  /** Everything, as it was read. */
  restored(run: Run): void {
    this.items('memo', run.steps, () => null);
    this.items('jobKey', run.jobKeys, () => null);
    this.traces(run.traces);
  }
}

type ItemKind = 'memo' | 'jobKey';

function isSame(a: StepTrace, b: StepTrace): boolean {
  const keys = Object.keys(b) as (keyof StepTrace)[];
  return keys.length === Object.keys(a).length && keys.every(key => a[key] === b[key]);
}

const recorded = new WeakMap<Run, Recorded>();

/** A run that was read from a record. */
export function asRecorded(run: Run): void {
  const own = new Recorded(run.id);
  own.restored(run);
  recorded.set(run, own);
}

const none = new Map<string, never>();

/** The entries that bring the record of a run up to date. */
export function runEntries(core: Core, run: Run): Entry[] {
  const known = recorded.get(run);
  const own = known ?? new Recorded(run.id);
  recorded.set(run, own);
  const isKept = core.store.runs.has(run.id);
  const items = [
    ...own.items('memo', isKept ? run.steps : none, stepId => run.steps.get(stepId) ?? null),
    ...own.items('jobKey', isKept ? run.jobKeys : none, () => true),
    ...own.traces(isKept ? run.traces : none),
  ];
  if (!isKept) return [['start', run.id, null], ['state', run.id, null], ...items];
  const start: Entry[] = known ? [] : [['start', run.id, startRow(run)]];
  return [...start, ['state', run.id, stateRow(core, run)], ...items];
}
