/** How the steps ended that a cancelled run was executing. Core reports a run's end when its steps have ended, so they are waited for. */
import { type StepFlowEntry, isSingleStepEntry } from '@mastra/core/workflows';
import { OperationIds } from '../engine/operation-ids';
import { storedLegName, hasToldEnd, type Snapshot, isAtRest } from '../snapshot/snapshot';
import type { RunRecord } from '../snapshot/run-record';
import { invokedRunId } from '../wire/ids';
import { isRecord } from '../wire/json';
import { isNativeStep, isNestable } from '../brand';
import { wantsEnd } from './end-callbacks';
import { interruption } from './interrupted';

/** How long, in milliseconds, they are waited for: a step hears of a cancel within a few seconds, and may not listen. */
const PATIENCE = 5_000;
/** A step that executes for a second is stored as running; one of which nothing is stored after this time has not begun. */
const UNSTORED = 2_000;
/** Between two looks at the store. */
const PAUSE = 100;

/** What the run was executing: a step of its own, or a nested run. */
interface Executing {
  id: string;
  entry: StepFlowEntry;
  nested?: { record: RunRecord; wantsEnd: boolean };
}

/** The run as it is stored once those steps have ended, and `onFinish` was called for the nested runs. */
export async function withLastSteps(
  record: RunRecord,
  graph: readonly StepFlowEntry[],
  canceled: Snapshot,
): Promise<Snapshot> {
  const executing = executed(record, graph, canceled);
  const since = Date.now();
  for (let row = canceled; ; row = (await record.load()) ?? canceled) {
    const nested = await Promise.all(executing.map(async one => one.nested?.record.load()));
    const waited = Date.now() - since;
    const ended = executing.every((one, index) => hasEnded(one, row, nested[index], waited));
    if (ended || waited >= PATIENCE) return { ...row, context: withNested(row, executing, nested) };
    await new Promise(resolve => setTimeout(resolve, PAUSE));
  }
}

function executed(record: RunRecord, graph: readonly StepFlowEntry[], found: Snapshot) {
  const { context, inngest } = found;
  if (inngest?.owner === undefined) return [];
  const leg = storedLegName(found);
  const ids = new OperationIds(graph);
  const active = Object.entries(interruption(graph, context).activeStepsPath);
  return active.flatMap(([id, path]): Executing[] => {
    const [index = 0, arm] = path;
    const entry = graph[index];
    if (!entry || entry.type === 'sleep' || entry.type === 'sleepUntil') return [];
    const step = stepOf(entry, arm);
    // It may be waiting, for hours.
    if (isNativeStep(step)) return [];
    if (!isNestable(step)) return [{ id, entry }];
    // Nothing that is stored says which turn or item it is.
    if (entry.type === 'loop' || entry.type === 'foreach') return [];
    const nestedId = invokedRunId(leg, ids.step(path, id, {}));
    const nested = record.sibling({ workflowId: step.id, runId: nestedId });
    return [{ id, entry, nested: { record: nested, wantsEnd: wantsEnd(step.options) } }];
  });
}

function stepOf(entry: StepFlowEntry, arm = 0): unknown {
  if (entry.type === 'parallel' || entry.type === 'conditional') {
    const single = entry.steps[arm];
    return single?.type === 'step' ? single.step : undefined;
  }
  if (entry.type === 'loop' || entry.type === 'foreach')
    return entry.step.type === 'step' ? entry.step.step : undefined;
  return entry.type === 'step' ? entry.step : undefined;
}

function hasEnded(
  { id, entry, nested }: Executing,
  { context }: Snapshot,
  row: Snapshot | undefined,
  waited: number,
): boolean {
  // It has not begun, or it is not stored.
  if (nested) return !row || (isAtRest(row.status) && (!nested.wantsEnd || hasToldEnd(row)));
  const result = context[id];
  const status = isRecord(result) ? result.status : undefined;
  // A run that executes and has a suspended step that stands alone goes on with it.
  if (status === 'suspended') return !isSingleStepEntry(entry);
  // Which arms a branch takes is not stored.
  if (status === undefined) return entry.type === 'conditional' || waited >= UNSTORED;
  return status !== 'running';
}

/** A nested run says itself how it ended; its parent's step has nothing of its own. */
function withNested(
  { context }: Snapshot,
  executing: readonly Executing[],
  nested: readonly (Snapshot | undefined)[],
): Snapshot['context'] {
  const added = executing.flatMap(({ id }, index) => {
    const row = nested[index];
    if (!row || id in context) return [];
    const { status, timestamp: startedAt, runId: nestedRunId } = row;
    return [[id, { status, startedAt, metadata: { nestedRunId } }]];
  });
  return { ...context, ...(Object.fromEntries(added) as Snapshot['context']) };
}
