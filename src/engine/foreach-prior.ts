import type { StepParams } from '../core-types';
import { nestedMeta } from '../snapshot/nested-meta';
import type { RunScope } from './scope';

/**
 * In a leg that goes on with a foreach, each item sees what was known of the foreach before, whoever ends first; one that was
 * not suspended sees nothing of it, since what is said of the foreach is another item's.
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
