import type { AnyMastra } from '../core-types';
import { isNestable } from '../brand';
import { appWorkflows } from '../function/app-workflows';
import { withNested } from '../function/nested-workflows';

/** A workflow of an app, as far as a deploy depends on it. */
export interface ServedWorkflow {
  readonly id: string;
  readonly serializedStepGraph: readonly unknown[];
}

/** The workflows of this package that an app has, and those nested in them, by id. */
export function servedWorkflows(mastra: AnyMastra): Map<string, ServedWorkflow> {
  const all = withNested(appWorkflows(mastra).filter(isNestable));
  const sorted = all.toSorted(({ id: one }, { id: other }) => (one < other ? -1 : 1));
  return new Map(sorted.map(workflow => [workflow.id, workflow]));
}
