import { timeOut } from '../executor/timeouts';
import type { Core } from '../executor/core';
import { resume } from '../executor/resume';
import type { Admission } from '../executor/admission';
import { compile } from '../expression/expression';
import type { Json } from '../json';
import { field, isObject, text } from '../json';
import type { Job } from '../queue/job';
import { eventJson } from '../state/events';
import type { Pause } from '../state/pauses';
import { parseFunction, parseRegistration } from '../state/registration';
import type { Deferred, StepTrace } from '../state/run';
import { Run } from '../state/run';
import type { FunctionConfig, StoredEvent } from '../state/types';
import { asRecorded } from './run-row';

const list = (value: Json | undefined, key: string): Json[] => {
  const found = field(value, key);
  return Array.isArray(found) ? found : [];
};

/** Functions by id, as they were registered last, those included that no app has any more: their runs go on. */
function restoreFunctions(core: Core): Map<string, FunctionConfig> {
  const known = new Map<string, FunctionConfig>();
  for (const [uuid, given] of core.recorder.read('function')) {
    const raw = field(given, 'raw');
    if (isObject(raw))
      known.set(uuid, parseFunction(raw, text(given, 'app') ?? '', text(given, 'appUuid') ?? ''));
  }
  for (const body of core.recorder.read('app').values()) core.registry.register(parseRegistration(body));
  for (const fn of core.registry.functions) known.set(fn.uuid, fn);
  return known;
}

function restorePause(core: Core, run: Run, row: Json): void {
  const { at, expression, ...rest } = row as unknown as Omit<Pause, 'run' | 'expression'> & {
    at?: number;
    expression?: string;
  };
  const pause: Pause = {
    ...rest,
    run,
    ...(expression === undefined ? {} : { expression: compile(expression) }),
  };
  core.pauses.add(pause);
  if (at === undefined) return;
  pause.timer = core.clock.at(at, () => {
    if (pause.kind !== 'cancel') resume(core, pause, pause.onTimeout ?? 'null');
    else if (pause.limit) timeOut(core, run, pause.limit);
    else core.pauses.remove(pause);
  });
}

/** A request that was under way is sent again, in a generation of its own: what the first one still saves is late. */
function restoreJob(core: Core, run: Run, row: Json): void {
  const { underWay, ...rest } = row as unknown as Omit<Job, 'run'> & { underWay: boolean };
  const job = { ...rest, run };
  if (underWay) job.generation += 1;
  core.queue.enqueue(job);
}

/** What was recorded of a run. */
interface RecordedRun {
  start: Json;
  state: Json;
  memos: [stepId: string, memo: Json][];
  jobKeys: [key: string, value: Json][];
  traces: [stepId: string, trace: Json][];
}

function restoreRun(core: Core, id: string, fn: FunctionConfig, record: RecordedRun): void {
  const { start, state } = record;
  const events = list(start, 'events') as unknown as StoredEvent[];
  const options = field(start, 'options') as Partial<Run['options']>;
  const run = new Run(id, fn, events, Number(field(start, 'queuedAt')), {
    ...options,
    eventsJson: events.map(eventJson),
  });
  for (const [stepId, memo] of record.memos) run.save(stepId, memo as string);
  for (const [key] of record.jobKeys) run.jobKeys.add(key);
  const orderOf = (trace: Json): number => Number(field(trace, 'order'));
  for (const [stepId, trace] of record.traces.sort(([, a], [, b]) => orderOf(a) - orderOf(b))) {
    const { order: _, ...shown } = trace as unknown as StepTrace & { order: number };
    run.traces.set(stepId, shown);
  }
  const { inputs, defers, pending, jobs, pauses, ...plain } = state as Record<string, Json>;
  Object.assign(run, plain);
  for (const [stepId, input] of (inputs ?? []) as [string, string][]) run.inputs.set(stepId, input);
  for (const [stepId, deferred] of (defers ?? []) as unknown as [string, Deferred][])
    run.defers.set(stepId, deferred);
  run.pending = new Set((pending ?? []) as string[]);
  asRecorded(run);
  core.store.addRun(run);
  if (run.ended) return core.store.archive(run);
  core.queue.restored(run);
  for (const pause of (pauses ?? []) as Json[]) restorePause(core, run, pause);
  for (const job of (jobs ?? []) as Json[]) restoreJob(core, run, job);
}

/** What was recorded under this kind, by run. */
function byRun(core: Core, kind: string): Map<string, [string, Json][]> {
  const found = new Map<string, [string, Json][]>();
  for (const [key, value] of core.recorder.read(kind)) {
    const [runId = '', item = ''] = key.split(/ (.*)/s);
    const items = found.get(runId) ?? [];
    items.push([item, value]);
    found.set(runId, items);
  }
  return found;
}

/** Brings back what was recorded, and goes on with it. */
export function restore(core: Core, admission: Admission): void {
  const { recorder } = core;
  const ahead = recorder.read('clock').get('ahead');
  if (typeof ahead === 'number') core.clock.skipTo(core.clock.now() + ahead);
  const functions = restoreFunctions(core);
  for (const event of recorder.read('event').values()) core.store.addEvent(event as unknown as StoredEvent);
  const [memos, jobKeys, traces] = [byRun(core, 'memo'), byRun(core, 'jobKey'), byRun(core, 'trace')];
  for (const [id, start] of [...recorder.read('start')].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const fn = functions.get(text(start, 'fn') ?? '');
    const state = recorder.read('state').get(id) ?? {};
    const items = {
      memos: memos.get(id) ?? [],
      jobKeys: jobKeys.get(id) ?? [],
      traces: traces.get(id) ?? [],
    };
    if (fn) restoreRun(core, id, fn, { start, state, ...items });
  }
  admission.restore(core);
  core.emit([...recorder.read('undispatched').values()] as unknown as StoredEvent[]);
  recorder.restored();
}
