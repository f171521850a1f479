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
import type { Deferred } from '../state/run';
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

function restoreRun(
  core: Core,
  id: string,
  fn: FunctionConfig,
  start: Json,
  memos: [string, string][],
): void {
  const state = core.recorder.read('state').get(id) ?? {};
  const events = list(start, 'events') as unknown as StoredEvent[];
  const options = field(start, 'options') as Partial<Run['options']>;
  const run = new Run(id, fn, events, Number(field(start, 'queuedAt')), {
    ...options,
    eventsJson: events.map(eventJson),
  });
  for (const [stepId, memo] of memos) run.save(stepId, memo);
  const { inputs, defers, traces, pending, jobKeys, jobs, pauses, ...plain } = state as Record<string, Json>;
  Object.assign(run, plain);
  for (const [stepId, input] of (inputs ?? []) as [string, string][]) run.inputs.set(stepId, input);
  for (const [stepId, deferred] of (defers ?? []) as unknown as [string, Deferred][])
    run.defers.set(stepId, deferred);
  for (const trace of (traces ?? []) as { id: string }[]) run.traces.set(trace.id, trace as never);
  run.pending = new Set((pending ?? []) as string[]);
  for (const key of (jobKeys ?? []) as string[]) run.jobKeys.add(key);
  asRecorded(run);
  core.store.addRun(run);
  if (run.ended) return core.store.archive(run);
  core.queue.restored(run);
  for (const pause of (pauses ?? []) as Json[]) restorePause(core, run, pause);
  for (const job of (jobs ?? []) as Json[]) restoreJob(core, run, job);
}

/** Brings back what was recorded, and goes on with it. */
export function restore(core: Core, admission: Admission): void {
  const { recorder } = core;
  const ahead = recorder.read('clock').get('ahead');
  if (typeof ahead === 'number') core.clock.skipTo(core.clock.now() + ahead);
  const functions = restoreFunctions(core);
  for (const event of recorder.read('event').values()) core.store.addEvent(event as unknown as StoredEvent);
  const memos = new Map<string, [string, string][]>();
  for (const [key, memo] of recorder.read('memo')) {
    const [runId = '', stepId = ''] = key.split(/ (.*)/s);
    memos.set(runId, [...(memos.get(runId) ?? []), [stepId, memo as string]]);
  }
  for (const [id, start] of [...recorder.read('start')].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const fn = functions.get(text(start, 'fn') ?? '');
    if (fn) restoreRun(core, id, fn, start, memos.get(id) ?? []);
  }
  admission.restore(core);
  core.emit([...recorder.read('undispatched').values()] as unknown as StoredEvent[]);
  recorder.restored();
}
