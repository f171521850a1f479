/** What the steps of a later leg know of what was before it. */
import type { StepParams, StepResults } from '../core-types';
import { nestedMeta } from '../snapshot/nested-meta';
import type { RunScope } from './scope';

/**
 * In a leg that continues a foreach, each item sees the foreach's result as the leg began with it, in whatever order items end. An
 * item that was not suspended sees none, since what that result says is another item's.
 */
export function withOwnPrior({ legResults }: RunScope, params: StepParams): StepParams {
  const { executionContext, step, stepResults } = params;
  const prior = legResults?.[step.id];
  const item = executionContext.foreachIndex;
  if (item === undefined || !prior) return params;
  if (prior.status !== 'suspended' || nestedMeta(prior).foreachOutput?.[item]?.status === 'suspended') {
    return { ...params, stepResults: { ...stepResults, [step.id]: prior } };
  }
  const { [step.id]: _foreach, ...others } = stepResults;
  return { ...params, stepResults: others };
}

/**
 * What was known of a step before this leg. Core's own table of results changes while items of a foreach end in whatever
 * order, so for an item what the leg began with is asked.
 */
export function priorResult(
  scope: RunScope,
  stepResults: StepResults,
  stepId: string,
  item: number | undefined,
): StepResults[string] | undefined {
  if (item === undefined) return stepResults[stepId];
  return nestedMeta(scope.legResults?.[stepId]).foreachOutput?.[item];
}
