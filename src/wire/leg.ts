/** A leg of a run: one execution by Inngest. The first begins with the start event; each later one goes on from storage. */
import { isRecord } from './json';

/** How a leg goes on. */
export type LegKind = 'resume' | 'time-travel' | 'restart';

/** What continues a run. */
export interface Leg {
  kind: LegKind;
  /**
   * The caller's claim of the leg: its number (1 for the first after the start) and who claimed it. Missing where the
   * execution claims the run itself: a nested run, an event from the dashboard.
   */
  claim?: { number: number; token: string };
  /** The step to go on with, and the way to it through nested workflows. Left out: the one that is suspended. */
  steps?: string[];
  resumeData?: unknown;
  /** 0-based item of a foreach. */
  forEachIndex?: number;
  /** A resume label, which stands for step and item. */
  label?: string;
  /** Time travel: what other steps are said to have returned, here and in nested workflows, keyed by workflow id. */
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

/** None is the one that is suspended. */
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
