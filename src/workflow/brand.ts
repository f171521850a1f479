import type { ServableFunction } from '../sdk/port';

// By symbol and not by class: a workflow made by another loaded copy of this package is one of ours, too.
export const WORKFLOW_BRAND = Symbol.for('@mastra/inngest.workflow');

/** A workflow of this package, as another one needs it to invoke it. */
export interface NestableWorkflow {
  readonly id: string;
  getFunction(): ServableFunction;
}

/** True for a workflow made by `createWorkflow` of this package, in any loaded copy. */
export function isNestable(value: unknown): value is NestableWorkflow {
  return typeof value === 'object' && value !== null && WORKFLOW_BRAND in value && 'getFunction' in value;
}
