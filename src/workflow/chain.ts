/* eslint-disable @typescript-eslint/no-explicit-any -- the constraints and types that core itself declares */
/**
 * The types of the methods that build a workflow. Core's methods are typed to return core's `Workflow`; in fact they return this
 * object, a workflow of this package. An overriding method can't reuse the type parameters of the overridden one, so they are repeated.
 */
import type { InferStandardSchemaOutput } from '@mastra/core/schema';
import {
  type ConditionFunction,
  type ExecuteFunction,
  type LoopConditionFunction,
  type Step,
  type StepsRecord,
  type SubsetOf,
  Workflow,
} from '@mastra/core/workflows';
import type { InngestWorkflow } from './workflow';

type Core = InstanceType<typeof Workflow>;
type EntryOptions = Parameters<Core['branch']>[1];
/** The condition of a loop as data, in a core that has it. */
type Predicated = Exclude<Parameters<Core['dountil']>[1], (...args: never) => unknown>;
/** How long, or until when: a value, or a callback that gets what a step gets. */
export type SleepArguments<TEngineType, TState, TPrevSchema, TTime> = [
  time: TTime | ExecuteFunction<TState, TPrevSchema, TTime, any, any, TEngineType>,
  options?: Parameters<Core['sleep']>[1],
];
type OutputOf<TStep extends Step<any, any, any, any, any, any, any>> = InferStandardSchemaOutput<
  TStep['outputSchema']
>;

/** The step that a loop or a foreach executes. */
type Body<
  TEngineType,
  TState,
  TRequestContext,
  TStepId extends string,
  TStepState,
  TStepInput,
  TStepOutput,
  TStepContext,
> = Step<
  TStepId,
  SubsetOf<TStepState, TState>,
  TStepInput,
  TStepOutput,
  any,
  any,
  TEngineType,
  unknown extends TStepContext ? unknown : TRequestContext
>;

/** The methods that give a workflow; core's of several signatures (`agent`, `tool`, `classifier`) are left as they are. */
interface Chain<
  TEngineType,
  TSteps extends Step<string, any, any, any, any, any, TEngineType, any>[],
  TWorkflowId extends string,
  TState,
  TInput,
  TOutput,
  TPrevSchema,
  TRequestContext,
> {
  then<TStepId extends string, TStepState, TStepInput, TStepOutput>(
    step: Step<
      TStepId,
      unknown extends TStepState ? TStepState : SubsetOf<TStepState, TState>,
      TPrevSchema extends TStepInput ? TStepInput : TPrevSchema,
      TStepOutput,
      any,
      any,
      TEngineType,
      any
    >,
  ): InngestWorkflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TStepOutput, TRequestContext>;
  map(
    ...args: Parameters<
      Workflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext>['map']
    >
  ): InngestWorkflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, any, TRequestContext>;
  parallel<TParallel extends readonly Step<string, any, TPrevSchema, any, any, any, TEngineType, any>[]>(
    steps: TParallel & {
      [K in keyof TParallel]: TParallel[K] extends Step<
        string,
        infer TStepState,
        TPrevSchema,
        infer TStepOutput,
        any,
        any,
        TEngineType,
        infer TStepContext
      >
        ? Step<
            string,
            SubsetOf<TStepState, TState>,
            TPrevSchema,
            TStepOutput,
            any,
            any,
            TEngineType,
            unknown extends TStepContext ? unknown : TRequestContext
          >
        : `Error: Expected Step with state schema that is a subset of workflow state`;
    },
    options?: EntryOptions,
  ): InngestWorkflow<
    TEngineType,
    TSteps,
    TWorkflowId,
    TState,
    TInput,
    TOutput,
    { [K in keyof StepsRecord<TParallel>]: OutputOf<StepsRecord<TParallel>[K]> },
    TRequestContext
  >;
  branch<
    TArms extends [
      ConditionFunction<TState, TPrevSchema, any, any, any, TEngineType> | Predicated,
      Step<string, any, TPrevSchema, any, any, any, TEngineType, any>,
    ][],
  >(
    steps: TArms,
    options?: EntryOptions,
  ): InngestWorkflow<
    TEngineType,
    TSteps,
    TWorkflowId,
    TState,
    TInput,
    TOutput,
    { [K in keyof StepsRecord<TArms[number][1][]>]?: OutputOf<StepsRecord<TArms[number][1][]>[K]> },
    TRequestContext
  >;
  dowhile<TStepState, TStepInput extends TPrevSchema, TStepId extends string, TStepOutput, TStepContext>(
    step: Body<
      TEngineType,
      TState,
      TRequestContext,
      TStepId,
      TStepState,
      TStepInput,
      TStepOutput,
      TStepContext
    >,
    condition: LoopConditionFunction<TState, TStepOutput, any, any, any, TEngineType> | Predicated,
    options?: EntryOptions,
  ): InngestWorkflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TStepOutput, TRequestContext>;
  dountil<TStepState, TStepInput extends TPrevSchema, TStepId extends string, TStepOutput, TStepContext>(
    step: Body<
      TEngineType,
      TState,
      TRequestContext,
      TStepId,
      TStepState,
      TStepInput,
      TStepOutput,
      TStepContext
    >,
    condition: LoopConditionFunction<TState, TStepOutput, any, any, any, TEngineType> | Predicated,
    options?: EntryOptions,
  ): InngestWorkflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TStepOutput, TRequestContext>;
  foreach<
    TIsArray extends (TPrevSchema extends any[] ? true : false),
    TStepState,
    TStepInput extends (TPrevSchema extends (infer TElement)[] ? TElement : never),
    TStepId extends string,
    TStepOutput,
    TStepContext,
  >(
    step: TIsArray extends true
      ? Body<TEngineType, TState, TRequestContext, TStepId, TStepState, TStepInput, TStepOutput, TStepContext>
      : 'Previous step must return an array type',
    options?: Parameters<Core['foreach']>[1],
  ): InngestWorkflow<
    TEngineType,
    TSteps,
    TWorkflowId,
    TState,
    TInput,
    TOutput,
    TStepOutput[],
    TRequestContext
  >;
  sleep(
    ...args: SleepArguments<TEngineType, TState, TPrevSchema, number>
  ): InngestWorkflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext>;
  sleepUntil(
    ...args: SleepArguments<TEngineType, TState, TPrevSchema, Date>
  ): InngestWorkflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext>;
  commit(): InngestWorkflow<
    TEngineType,
    TSteps,
    TWorkflowId,
    TState,
    TInput,
    TOutput,
    TOutput,
    TRequestContext
  >;
}

/** Core's own signatures come second: without them TypeScript does not see that this is a workflow of core's. */
export const Chained = Workflow as unknown as new <
  TEngineType,
  TSteps extends Step<string, any, any, any, any, any, TEngineType, any>[],
  TWorkflowId extends string,
  TState,
  TInput,
  TOutput,
  TPrevSchema,
  TRequestContext,
>(
  ...args: ConstructorParameters<
    typeof Workflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext>
  >
) => Chain<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext> &
  Workflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext>;
