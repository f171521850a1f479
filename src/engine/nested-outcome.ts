import { TripWire } from '@mastra/core/agent';
import { MastraNonRetryableError } from '@mastra/core/error';
import type { AnyStepResult, StepParams, StepResults } from '../core-types';
import type { ContextChange } from './context-change';
import { asCoreError } from '../wire/outcome';
import { typedValues } from '../snapshot/typed-values';
import type { Snapshot } from '../snapshot/snapshot';

/** What a nested run hands back to its parent, as returned or in the `cause` of its failure. */
export interface NestedOutcome {
  /** The step result that the parent stores, without a payload that equals the parent's own. */
  result: AnyStepResult & Record<string, unknown>;
  samePayload?: boolean;
  /** The nested run was canceled from within: so is its parent. */
  aborted?: boolean;
  /** A step of the nested run is suspended, also where another one failed the run. */
  suspends?: boolean;
  /** What the parent's state becomes: all of it, or what changed where the two are one (`Prepared.ownState`). */
  state?: Record<string, unknown>;
  context?: ContextChange;
  resumeLabels?: StepParams['executionContext']['resumeLabels'];
}

/** What core's `execute` returned for the nested run. */
export interface RunResult {
  status: string;
  result?: unknown;
  error?: unknown;
  tripwire?: unknown;
  state?: Record<string, unknown>;
  resumeLabels?: NestedOutcome['resumeLabels'];
  steps?: StepResults;
}

/** A stored run as core's engine would have returned it. */
export function endedRun(snapshot: Snapshot): RunResult {
  const { context, value, result, error, tripwire } = typedValues(snapshot);
  const resumeLabels = snapshot.resumeLabels as RunResult['resumeLabels'];
  return {
    status: snapshot.status,
    result,
    error,
    tripwire,
    state: value,
    steps: context as StepResults,
    resumeLabels,
  };
}

interface Times {
  startedAt: number;
  endedAt: number;
}

/** A nested run's result as the parent's step result (source: @mastra/core, `Workflow.execute`). */
export function nestedOutcome(
  run: RunResult,
  runId: string,
  times: Times,
  payload: { value: unknown; same: boolean },
  context: ContextChange | undefined,
): Omit<NestedOutcome, 'state'> {
  const result = {
    ...(payload.same ? {} : { payload: payload.value }),
    startedAt: times.startedAt,
    ...body(run, runId, times.endedAt),
  } as NestedOutcome['result'];
  const aborted = run.status === 'canceled' ? { aborted: true } : {};
  const suspends = Object.values(run.steps ?? {}).some(step => step?.status === 'suspended') || undefined;
  return {
    result,
    samePayload: payload.same,
    ...aborted,
    suspends,
    context,
    resumeLabels: run.resumeLabels,
  };
}

function body(run: RunResult, runId: string, endedAt: number): Record<string, unknown> {
  switch (run.status) {
    case 'success':
      return { status: 'success', output: run.result, endedAt };
    case 'canceled':
      // As core has it: the step ends without an output, and the parent is canceled.
      return { status: 'success', output: undefined, endedAt };
    case 'suspended':
      return { status: 'suspended', suspendPayload: suspendPayload(run, runId), suspendedAt: endedAt };
    case 'tripwire': {
      const { reason, retry, metadata, processorId } = (run.tripwire ?? {}) as TripwireInfo;
      const error = new TripWire(reason ?? 'Processor tripwire triggered', { retry, metadata }, processorId);
      return { status: 'failed', error, tripwire: run.tripwire, endedAt };
    }
    case 'failed':
      return { status: 'failed', ...failure(run), endedAt };
    default:
      return { status: run.status };
  }
}

interface TripwireInfo {
  reason?: string;
  retry?: boolean;
  metadata?: unknown;
  processorId?: string;
}

/** A failure that no retry can mend keeps saying so to the parent. */
function failure(run: RunResult): { error: Error; nonRetryable?: true } {
  const error = asCoreError(run.error);
  if (!nonRetryable(run)) return { error };
  const final = new MastraNonRetryableError(error.message, { cause: run.error });
  return { error: asCoreError(final), nonRetryable: true };
}

/** What failed the run, as its step threw it: core's own error of a run has no stack. */
export function thrownIn({ error, steps }: RunResult): unknown {
  const { message } = (error ?? {}) as { message?: unknown };
  const errors = Object.values(steps ?? {}).map(step => (step?.status === 'failed' ? step.error : undefined));
  return errors.find(one => one instanceof Error && one.message === message) ?? error;
}

function nonRetryable(run: RunResult): boolean {
  return Object.values(run.steps ?? {}).some(
    step => step?.status === 'failed' && (step as { nonRetryable?: boolean }).nonRetryable,
  );
}

/** The innermost suspended step's payload, and the way to it, which resuming the parent follows. */
function suspendPayload(run: RunResult, runId: string): Record<string, unknown> {
  let payload: Record<string, unknown> = {};
  for (const [stepId, step] of Object.entries(run.steps ?? {})) {
    if (step?.status !== 'suspended') continue;
    const inner = ((step as AnyStepResult & { suspendPayload?: unknown }).suspendPayload ?? {}) as Record<
      string,
      unknown
    >;
    const meta = (inner.__workflow_meta ?? {}) as { path?: string[] };
    payload = { ...inner, __workflow_meta: { ...meta, runId, path: [stepId, ...(meta.path ?? [])] } };
  }
  return payload;
}
