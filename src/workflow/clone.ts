import {
  type DefaultEngineType,
  type Workflow,
  cloneStep as cloneCoreStep,
  cloneWorkflow as cloneCoreWorkflow,
} from '@mastra/core/workflows';
import type { AnySteps } from '../core-types';
import { NATIVE_COMPONENT, NATIVE_STEP, isNativeStep, isNestable } from '../brand';
import type { InngestWorkflow } from './workflow';

type CoreCloneStep = typeof cloneCoreStep;

/**
 * Core's `cloneStep`: the same step under another id. The clone of a native step is native, too.
 * @example
 * const second = cloneStep(fetchUser, { id: 'fetch-user-again' });
 */
export const cloneStep: CoreCloneStep = (step, options) => {
  const clone = cloneCoreStep(step, options);
  const mark = { [NATIVE_STEP]: isNativeStep(step) && step[NATIVE_STEP], component: NATIVE_COMPONENT };
  return isNativeStep(step) ? Object.assign(clone, mark) : clone;
};

/** The type of core's `cloneWorkflow`, for workflows with a typed request context as well. */
type CloneWorkflow = <
  TWorkflowId extends string,
  TState,
  TInput,
  TOutput,
  TSteps extends AnySteps,
  TPrevSchema,
  TRequestContext,
>(
  workflow: Workflow<
    DefaultEngineType,
    TSteps,
    string,
    TState,
    TInput,
    TOutput,
    TPrevSchema,
    TRequestContext
  >,
  options: { id: TWorkflowId },
) => Workflow<DefaultEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext>;

/**
 * Core's `cloneWorkflow`: the same steps under another id. The clone of a workflow of this package is a function of its own in
 * Inngest, with the same options but without schedules and triggers, which would start both.
 * @example
 * const nightly = cloneWorkflow(reportWorkflow, { id: 'nightly-report' });
 */
export const cloneWorkflow = ((workflow: object, options: { id: string }) => {
  if (!isNestable(workflow)) return cloneCoreWorkflow(workflow as never, options);
  return (workflow as unknown as InngestWorkflow).cloneAs(options.id);
}) as CloneWorkflow;
