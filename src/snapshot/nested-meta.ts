import type { StepResults } from '../core-types';

interface NestedMeta {
  runId?: string;
  /** Ids of the steps on the way to the one that is suspended. */
  path?: string[];
  foreachOutput?: StepResults[string][];
}

/** Where a nested run was suspended, as its parent's step keeps it. */
export function nestedMeta(result: unknown): NestedMeta {
  const { suspendPayload } = (result ?? {}) as { suspendPayload?: { __workflow_meta?: NestedMeta } };
  return suspendPayload?.__workflow_meta ?? {};
}

/** The nested runs that a suspended step stands for: one or, for a foreach, one for each item. */
export function nestedRunIds(result: unknown): string[] {
  const { runId, foreachOutput = [] } = nestedMeta(result);
  const ids = [runId, ...foreachOutput.map(item => nestedMeta(item).runId)];
  return [...new Set(ids.filter(id => id !== undefined))];
}
