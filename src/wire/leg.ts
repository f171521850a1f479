/**
 * How a run is continued: the data of the event that begins a leg. A leg is the part of a run that one Inngest run executes; leg 0
 * begins with the start, and each resume, restart or time travel begins the next from the stored run.
 */
import { isRecord } from './json';

/** What begins the leg. */
export type LegKind = 'resume' | 'time-travel' | 'restart';

/** A leg after the first, as its event describes it. */
export interface Leg {
  kind: LegKind;
  /**
   * The caller's claim of the leg: its number (1 for the first after the start) and who claimed it. Missing where the
   * execution claims the run itself: a nested run, an event from the dashboard.
   */
  claim?: { number: number; token: string };
  /** The step to begin with, and the path to it through nested workflows. Left out: the one that is suspended. */
  steps?: string[];
  resumeData?: unknown;
  /** 0-based item of a foreach. */
  forEachIndex?: number;
  /** A resume label, which stands for step and item. */
  label?: string;
  /** Time travel: results of other steps that the caller gives, here and in nested workflows, keyed by workflow id. */
  context?: Record<string, unknown>;
  nestedStepsContext?: Record<string, Record<string, unknown>>;
  /** A release up to 1.9 of this package sent it, and has set the stored run to `running` beforehand. */
  handedOver?: boolean;
}

/**
 * What continues a run by its workflow's own event, in the form of this package's releases up to 1.9:
 * `{ runId, resume }` or `{ runId, timeTravel }`. Undefined for a start.
 */
export function legOfEarlier({ resume, timeTravel }: Record<string, unknown>): Leg | undefined {
  if (isRecord(resume)) {
    const { steps, resumePayload: resumeData } = resume;
    return { kind: 'resume', ...stepsOf(steps), resumeData, handedOver: true };
  }
  if (!isRecord(timeTravel)) return undefined;
  const { input: _input, ...context } = isRecord(timeTravel.stepResults) ? timeTravel.stepResults : {};
  const { nestedStepResults, resumeData } = timeTravel;
  const nestedStepsContext = isRecord(nestedStepResults) ? nestedStepResults : undefined;
  return {
    kind: 'time-travel',
    ...stepsOf(timeTravel.steps),
    resumeData,
    context,
    nestedStepsContext: nestedStepsContext as Leg['nestedStepsContext'],
    handedOver: true,
  };
}

/** An empty list stands for the step that is suspended. */
function stepsOf(steps: unknown): Pick<Leg, 'steps'> {
  return Array.isArray(steps) && steps.length > 0 ? { steps: steps.map(String) } : {};
}

/** An event sent by hand, from the dashboard: `{ "runId": …, "step": …, "resumeData": … }` resumes. */
export function legOfUser(data: Record<string, unknown>): Leg {
  const { step, resumeData, forEachIndex, label } = data;
  return {
    kind: 'resume',
    ...(typeof step === 'string' ? { steps: step.split('.') } : {}),
    resumeData,
    ...(typeof forEachIndex === 'number' ? { forEachIndex } : {}),
    ...(typeof label === 'string' ? { label } : {}),
  };
}
