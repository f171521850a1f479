import {
  type CreateWorkflowParams,
  type DefaultEngineType,
  type InferSchemaOutput,
  type Step,
  type WorkflowConfig,
} from '@mastra/core/workflows';
import { createTool } from '@mastra/core/tools';
import type { InferPublicSchema, PublicSchema } from '@mastra/core/schema';
import type { AnySteps } from './core-types';
import type { StartOptions } from './function/start-options';
import type { InngestClient } from './sdk/client';
import { portFor } from './sdk/detect';
import { createStep } from './workflow/create-step';
import { cloneStep, cloneWorkflow } from './workflow/clone';
import type { FlowControl } from './workflow/flow-control';
import { type InitOptions, InngestWorkflow } from './workflow/workflow';

/** What `createWorkflow` takes: core's parameters of a workflow, Inngest's options of its function, and what starts it. */
export type InngestWorkflowConfig<
  TWorkflowId extends string = string,
  TState = unknown,
  TInput = unknown,
  TOutput = unknown,
  TSteps extends AnySteps = AnySteps,
  TRequestContext = unknown,
> = WorkflowConfig<TWorkflowId, TState, TInput, TOutput, TSteps, TRequestContext> &
  FlowControl &
  StartOptions<NoInfer<TInput>, NoInfer<TState>>;

/** The same by the types of its schemas, which is what TypeScript can infer. */
type ParamsOfSchemas<
  TWorkflowId extends string,
  TStateSchema extends PublicSchema | undefined,
  TInputSchema extends PublicSchema,
  TOutputSchema extends PublicSchema,
  TSteps extends AnySteps,
  TRequestContextSchema extends PublicSchema | undefined,
> = CreateWorkflowParams<
  TWorkflowId,
  TStateSchema,
  TInputSchema,
  TOutputSchema,
  TSteps,
  TRequestContextSchema
> &
  FlowControl &
  StartOptions<NoInfer<InferSchemaOutput<TInputSchema>>, NoInfer<InferSchemaOutput<TStateSchema>>>;

/**
 * The workflow tools for one Inngest client: `createWorkflow`, `createStep`, `createTool`, `cloneStep`, `cloneWorkflow`.
 * @typeParam TContext What the request context of its workflows holds, where they have no `requestContextSchema`.
 * @param inngest The client that makes the functions of the workflows, of SDK v3 or v4.
 * @param options What holds for all workflows that are made with it.
 * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`
 * @example
 * const { createWorkflow, createStep } = init(new Inngest({ id: 'shop' }));
 */
export function init<TContext = unknown>(inngest: InngestClient, options: InitOptions = {}) {
  // A value that is no client is an error here, and not only with the first workflow.
  portFor(inngest);

  /**
   * Core's `createWorkflow`, on Inngest: the workflow becomes the function `workflow.<id>`. Beside core's options it takes
   * Inngest's function options (`concurrency`, `rateLimit`, `throttle`, `debounce`, `priority`, `retries`, …), and what starts it
   * by itself: `cron`, Mastra's `schedule`, `triggers`.
   * @param params All of these options. Durations are texts such as `'30s'` or `'1h'`.
   * @throws MastraInngestError `INVALID_WORKFLOW_OPTION`, `SDK_MISMATCH`
   * @example
   * createWorkflow({
   *   id: 'report',
   *   inputSchema: z.object({ kind: z.string() }),
   *   outputSchema: z.object({ sent: z.number() }),
   *   schedule: { cron: '0 9 * * *', timezone: 'Europe/Berlin', inputData: { kind: 'daily' } },
   *   triggers: [{ event: 'report/asked', input: ({ data }) => ({ kind: String(data.kind) }) }],
   * });
   */
  function createWorkflow<
    TWorkflowId extends string = string,
    TInputSchema extends PublicSchema = PublicSchema,
    TOutputSchema extends PublicSchema = PublicSchema,
    TStateSchema extends PublicSchema | undefined = undefined,
    TSteps extends AnySteps = Step[],
    TRequestContextSchema extends PublicSchema | undefined = undefined,
  >(
    params: ParamsOfSchemas<
      TWorkflowId,
      TStateSchema,
      TInputSchema,
      TOutputSchema,
      TSteps,
      TRequestContextSchema
    >,
  ): InngestWorkflow<
    DefaultEngineType,
    TSteps,
    TWorkflowId,
    InferSchemaOutput<TStateSchema>,
    InferPublicSchema<TInputSchema>,
    InferPublicSchema<TOutputSchema>,
    InferPublicSchema<TInputSchema>,
    InferSchemaOutput<TRequestContextSchema> & TContext
  > {
    return new InngestWorkflow(params as never, inngest, options);
  }

  return { createWorkflow, createStep, createTool, cloneStep, cloneWorkflow };
}
