import type { AnyMastra } from '../core-types';
import { isNestable } from '../brand';
import { nestedWorkflows } from '../function/nested-workflows';

/** A workflow of an app, as far as a deploy depends on it. */
export interface ServedWorkflow {
  readonly id: string;
  readonly serializedStepGraph: readonly unknown[];
}

/** The workflows of this package that an app has, and those nested in them, by id. */
export function servedWorkflows(mastra: AnyMastra): Map<string, ServedWorkflow> {
  type Nesting = ServedWorkflow & { stepGraph: Parameters<typeof nestedWorkflows>[0] };
  const found = new Map<string, ServedWorkflow>();
  const add = (one: unknown) => {
    const workflow = one as Nesting;
    if (found.has(workflow.id)) return;
    found.set(workflow.id, workflow);
    nestedWorkflows(workflow.stepGraph).forEach(add);
  };
  Object.values(mastra.listWorkflows()).filter(isNestable).forEach(add);
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}
