/** Which suspended step a resume means (source: @mastra/core, `Run.resume`). */
import { MastraInngestError, type ErrorCode } from '../errors';
import { nestedMeta } from './nested-meta';
import type { Snapshot } from './snapshot';
import { isRecord } from '../wire/json';

/** What a caller asks for. */
export interface ResumeWish {
  /** The step and the way to it; left out to take the one that is suspended. */
  steps?: string[];
  label?: string;
  forEachIndex?: number;
  /** Core's own retries of a step go on where nothing is suspended. */
  unchecked?: boolean;
}

/** The step to go on with. */
export interface ResumeTarget {
  steps: string[];
  /** 0-based item of a foreach. */
  forEachIndex?: number;
}

/** What is suspended, as a row has it. */
export type SuspendedSteps = Pick<Snapshot, 'context' | 'suspendedPaths' | 'resumeLabels'>;

interface Place {
  workflowId: string;
  runId: string;
}

/**
 * The step that a resume goes on with.
 * @throws MastraInngestError `STEP_NOT_SUSPENDED`, `STEP_AMBIGUOUS` where several are suspended and none is named
 */
export function resumeTarget(snapshot: SuspendedSteps, wish: ResumeWish, place: Place): ResumeTarget {
  const labelled = labelOf(snapshot, wish, place);
  const steps = labelled ? labelled.stepId.split('.') : (wish.steps ?? onlySuspended(snapshot, place));
  const suspended = Object.keys(snapshot.suspendedPaths);
  if (!wish.unchecked && !suspended.includes(steps[0] ?? '')) {
    const what = `This workflow step "${steps[0] ?? ''}" was not suspended. Available suspended steps: [${suspended.join(', ')}]`;
    throw refusal('STEP_NOT_SUSPENDED', what, place);
  }
  return { steps, forEachIndex: wish.forEachIndex ?? labelled?.foreachIndex };
}

function labelOf(snapshot: SuspendedSteps, { label, steps }: ResumeWish, place: Place) {
  if (label === undefined) return undefined;
  const found = snapshot.resumeLabels[label];
  if (isRecord(found)) return found as { stepId: string; foreachIndex?: number };
  if (steps) return undefined;
  const known = Object.keys(snapshot.resumeLabels).join(', ');
  const what = `nothing is suspended with the label "${label}". Suspended labels: [${known}]`;
  throw refusal('STEP_NOT_SUSPENDED', what, place);
}

/** Every suspended step with the way to it: `[[outer, inner], …]`. */
function suspendedSteps(snapshot: SuspendedSteps): string[][] {
  return Object.keys(snapshot.suspendedPaths).flatMap(stepId => {
    const result = snapshot.context[stepId];
    if (!isRecord(result) || result.status !== 'suspended') return [];
    return [[stepId, ...(nestedMeta(result).path ?? [])]];
  });
}

function onlySuspended(snapshot: SuspendedSteps, place: Place): string[] {
  const found = suspendedSteps(snapshot);
  const [only] = found;
  if (only && found.length === 1) return only;
  if (found.length === 0)
    throw refusal('STEP_NOT_SUSPENDED', 'No suspended steps found in this workflow run', place);
  const paths = found.map(path => `[${path.join(', ')}]`).join(', ');
  const what =
    `Multiple suspended steps found: ${paths}. Please specify which step to resume using the "step" parameter. ` +
    'It may be the way to a step: "outer.inner"';
  throw refusal('STEP_AMBIGUOUS', what, place);
}

/** `what`: in core's words, where core refuses the same. */
function refusal(code: ErrorCode, what: string, { workflowId, runId }: Place) {
  const text = `Run ${runId} of workflow ${workflowId} can't be resumed: ${what}.`;
  return new MastraInngestError(code, text, { workflowId, runId });
}
