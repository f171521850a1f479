/** How the graph of a workflow becomes fewer ops than one for each step. Ordinary workflows have no plan. */

import type { AnyMastra, StepParams } from '../core-types';

/**
 * What is known of the steps of one graph. A plan is for graphs whose code is known, such as those that core makes for its agents:
 * what it says of a step is believed, so it is checked by a test for each supported core.
 */
export interface Plan {
  /** Ids of nested workflows that are executed in their parent's function, without a run of their own. */
  readonly inlined: readonly string[];
  /** Ids of entries that compute with what they are given and do nothing else: executed outside ops, again with each replay. */
  readonly pure: readonly string[];
  /** Ids of the bodies of loops and foreachs whose condition or concurrency is a function of that kind. */
  readonly pureControl: readonly string[];
  /** Ids of steps that are executed in the op of the step before them: also after a foreach's only item, or past one without any. */
  readonly joined: readonly string[];
  /** What steps are called in the names of ops, where that is not their id. */
  readonly names?: Readonly<Record<string, string>>;
  /**
   * True where a joined step has something to do that may take long. It gets an op of its own then: a process that dies meanwhile
   * must not repeat what came before it. Asked inside ops only.
   */
  readonly isBusy?: (stepId: string, params: StepParams, mastra: AnyMastra) => boolean;
}

// By symbol and not by class, as brands are: there may be two loaded copies of this package.
const PLAN = Symbol.for('@mastra/inngest.plan');

/** Gives a workflow its plan; nested workflows that it inlines get the same one. */
export function withPlan<W extends object>(workflow: W, plan: Plan): W {
  return Object.defineProperty(workflow, PLAN, { value: plan });
}

/** The plan of a workflow, if it has one. */
export function planOf(workflow: object): Plan | undefined {
  return (workflow as { [PLAN]?: Plan })[PLAN];
}

/**
 * A step's result as the row of a planned run has it. Such steps pass on all that was said so far, so what they were given and gave would
 * stand there many times over; a run that goes on finds it in its memos, and the end of the run has its result.
 */
export function briefResult<R extends object>(result: R): Omit<R, 'payload' | 'output'> {
  const {
    payload: _payload,
    output: _output,
    ...brief
  } = result as R & { payload?: unknown; output?: unknown };
  return brief;
}

/** True for a nested workflow that has no function, because its parent's function executes it. */
export function isInlined(workflow: { id: string }): boolean {
  return planOf(workflow)?.inlined.includes(workflow.id) ?? false;
}
