import { type DefaultEngineType, type Step, createStep as createCoreStep } from '@mastra/core/workflows';
import type { ExecuteFunction, StepParams } from '@mastra/core/workflows';
import type { InferPublicSchema, PublicSchema } from '@mastra/core/schema';
import type { InngestEngineType } from '../sdk/types';
import { type StepAgent, isDurable, isNestable } from '../brand';

type Inferred<T> = T extends PublicSchema ? InferPublicSchema<T> : unknown;

/** Core's parameters of a step, with Inngest's `engine` in `execute`. */
type InngestStepParams<
  TStepId extends string,
  TState extends PublicSchema | undefined,
  TInput extends PublicSchema,
  TOutput extends PublicSchema,
  TResume extends PublicSchema | undefined,
  TSuspend extends PublicSchema | undefined,
  TRequestContext extends PublicSchema | undefined,
> = Omit<StepParams<TStepId, TState, TInput, TOutput, TResume, TSuspend, TRequestContext>, 'execute'> & {
  // Core's own `execute` with another engine: to infer it from `StepParams` would cost 34,000 instantiations.
  execute: ExecuteFunction<
    Inferred<TState>,
    InferPublicSchema<TInput>,
    InferPublicSchema<TOutput>,
    Inferred<TResume>,
    Inferred<TSuspend>,
    InngestEngineType,
    Inferred<TRequestContext>
  >;
};

/** Core's `createStep` from parameters, with Inngest's `engine`. */
export interface CreateStepFromParams {
  <
    TStepId extends string,
    TState extends PublicSchema | undefined,
    TInput extends PublicSchema,
    TOutput extends PublicSchema,
    TResume extends PublicSchema | undefined = undefined,
    TSuspend extends PublicSchema | undefined = undefined,
    TRequestContext extends PublicSchema | undefined = undefined,
  >(
    params: InngestStepParams<TStepId, TState, TInput, TOutput, TResume, TSuspend, TRequestContext>,
  ): Step<
    TStepId,
    Inferred<TState>,
    InferPublicSchema<TInput>,
    InferPublicSchema<TOutput>,
    Inferred<TResume>,
    Inferred<TSuspend>,
    DefaultEngineType,
    Inferred<TRequestContext>
  >;
}

/**
 * Core's `createStep`: from parameters, an agent, a tool, a classifier or a processor. Steps are the same on every engine;
 * only `execute`'s `engine` is typed as Inngest's. A workflow is a step already, and is returned as it is: a copy of it would
 * not be executed as a run of its own.
 * @example
 * const fetchUser = createStep({
 *   id: 'fetch-user',
 *   inputSchema: z.object({ id: z.string() }),
 *   outputSchema: z.object({ name: z.string() }),
 *   execute: async ({ inputData }) => users.find(inputData.id),
 * });
 */
export const createStep = ((source: never, ...options: never[]) =>
  isNestable(source) ? source : stepOf(source, options)) as CreateStepFromParams & typeof createCoreStep;

function stepOf(source: never, options: never[]): object {
  const step: unknown = createCoreStep(source, ...options);
  if (!isDurable(source)) return step as object;
  // A step by itself: what core makes of an agent expects a stream that a durable one does not give.
  const { id, description, inputSchema, outputSchema, retries, scorers, metadata } = step as Step;
  const execute = (source as StepAgent).stepBody(options[0]);
  return createCoreStep({
    id,
    description,
    inputSchema,
    outputSchema,
    retries,
    scorers,
    metadata,
    execute,
  } as never);
}
