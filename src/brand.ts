import type { SerializedStepFlowEntry, StepFlowEntry } from '@mastra/core/workflows';
import type { EngineOptions } from './core-types';
import type { ServableFunction } from './sdk/port';

// By symbol and not by class: a workflow made by another loaded copy of this package is one of ours, too.
export const WORKFLOW_BRAND = Symbol.for('@mastra/inngest.workflow');

/** A workflow of this package, as those need it that it is nested in. */
export interface NestableWorkflow {
  readonly id: string;
  readonly options: EngineOptions;
  readonly steps: Record<string, unknown>;
  readonly stepGraph: readonly StepFlowEntry[];
  readonly serializedStepGraph: readonly SerializedStepFlowEntry[];
  getFunction(): ServableFunction;
  /** The function that continues a run of it. */
  getResumeFunction(): ServableFunction;
}

/** True for a workflow made by `createWorkflow` of this package, in any loaded copy. */
export function isNestable(value: unknown): value is NestableWorkflow {
  return typeof value === 'object' && value !== null && WORKFLOW_BRAND in value && 'getFunction' in value;
}

/** Marks a step whose body runs outside an op, with Inngest's own step tools; `waits` where all it does is wait for an event. */
export const NATIVE_STEP = Symbol.for('@mastra/inngest.native-step');

export interface NativeStep {
  [NATIVE_STEP]: true | 'waits';
  component?: string;
}

/** What such a step is called in core's serialized graph, which is stored with each run: a plain step has other ops. */
export const NATIVE_COMPONENT = 'NATIVE';

/** True for a step made by `nativeStep` or `waitForEvent`. */
export function isNativeStep(step: unknown): step is NativeStep {
  return typeof step === 'object' && step !== null && NATIVE_STEP in step;
}

/** Marks a durable agent of this package. */
export const AGENT_BRAND = Symbol.for('@mastra/inngest.agent');

/** A durable agent of this package, as a step needs it. */
export interface StepAgent {
  /** The body of a step that runs the agent. `options`: those of core's `createStep`. */
  stepBody(options?: object): (context: never) => Promise<unknown>;
}

/** True for a durable agent made by this package, in any loaded copy. */
export function isDurable(value: unknown): value is StepAgent {
  return typeof value === 'object' && value !== null && AGENT_BRAND in value;
}
