import type { StepResults } from '../core-types';
import { type Schema, validated } from '../function/schema';
import { nestedMeta } from '../snapshot/nested-meta';

interface AnyStep {
  resumeSchema?: Schema;
  /** A nested workflow's. */
  steps?: Record<string, AnyStep | undefined>;
}

/**
 * Checks resume data against the step that gets it, through nested workflows, before anything is claimed: core finds out
 * only when it executes.
 * @throws MastraError `WORKFLOW_SCHEMA_VALIDATION_FAILED`
 */
export async function checkedResumeData(
  steps: Record<string, unknown>,
  data: unknown,
  path: readonly string[],
  results: StepResults,
): Promise<void> {
  const { path: rest = [] } = nestedMeta(results[path[0] ?? '']);
  const whole = path.length > 1 ? path : [...path, ...rest];
  if (whole.length < 2) return;
  let step: AnyStep | undefined = { steps: steps as AnyStep['steps'] };
  for (const id of whole) step = step?.steps?.[id];
  await validated(step?.resumeSchema, data, 'resume data');
}
