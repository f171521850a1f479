/** Types of `@mastra/core` that it does not export by name, derived from what it does export. */
import type { Mastra } from '@mastra/core';
import type { WorkflowRunOutput, WorkflowStreamEvent } from '@mastra/core/stream';
import type {
  DefaultEngineType,
  DefaultExecutionEngine,
  Step,
  StepResult,
  WorkflowRunStatus,
} from '@mastra/core/workflows';

type Engine = DefaultExecutionEngine;

export type AnyMastra = Mastra;
export type ExecuteParams = Parameters<Engine['execute']>[0];
export type StepParams = Parameters<Engine['executeStep']>[0];
export type StepReturn = Awaited<ReturnType<Engine['executeStep']>>;
export type LoopParams = Parameters<Engine['executeLoop']>[0];
export type ParallelParams = Parameters<Engine['executeParallel']>[0];
export type ConditionalParams = Parameters<Engine['executeConditional']>[0];
export type ForeachParams = Parameters<Engine['executeForeach']>[0];
export type SleepParams = Parameters<Engine['executeSleep']>[0];
export type SleepUntilParams = Parameters<Engine['executeSleepUntil']>[0];
export type EntryParams = Parameters<Engine['executeEntry']>[0];
export type EntryReturn = Awaited<ReturnType<Engine['executeEntry']>>;
export type PersistParams = Parameters<Engine['persistStepUpdate']>[0];
export type LifecycleResult = Parameters<Engine['invokeLifecycleCallbacks']>[0];
export type EngineOptions = NonNullable<Engine['options']>;
export type Context = StepParams['requestContext'];
export type RunContextState = StepParams['executionContext'];
export type RunStatus = WorkflowRunStatus;
export type RunResult = Parameters<WorkflowRunOutput['updateResults']>[0];
export type RunChunk = WorkflowStreamEvent;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- core's own instantiation of its generics
export type AnyStepResult = StepResult<any, any, any, any>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the constraint that core's createWorkflow declares
export type AnySteps = Step<string, any, any, any, any, any, DefaultEngineType>[];
export type StepResults = Record<string, AnyStepResult>;
