import type { DefaultEngineType, Run, Step } from '@mastra/core/workflows';
import { InngestRun as RunClass } from './run';

/**
 * A run of a workflow on Inngest: what a caller drives. Nothing of it executes in the caller's process. It is core's `Run` of the
 * same type parameters, and has more.
 */
export interface InngestRun<
  TEngineType = DefaultEngineType,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the constraint that core itself declares
  TSteps extends Step<string, any, any, any, any, any, TEngineType, any>[] = Step<
    string,
    unknown,
    unknown,
    unknown,
    unknown,
    unknown,
    TEngineType
  >[],
  TState = unknown,
  TInput = unknown,
  TOutput = unknown,
  TRequestContext = unknown,
> extends Run<TEngineType, TSteps, TState, TInput, TOutput, TRequestContext> {
  /**
   * Waits for the result of this run, whoever began it: an event that you sent, another process. What `start()` gives stands in
   * `output.result`. It is there for code of the npm package; `start()` and `resume()` wait by themselves, and without a limit.
   * @param eventId Not needed: a run knows its result by its own id.
   * @param maxWaitMs How long to wait, in milliseconds; 5 minutes if you don't say.
   * @throws MastraInngestError `RUN_ACTIVE` where the time is over, `INVALID_ARGUMENTS`
   * @example
   * const run = await mastra.getWorkflow('orderWorkflow').createRun({ runId: 'order-4711' });
   * await run.startAsync({ inputData: { items: 3 } });
   * const { output } = await run.getRunOutput();
   * console.log(output.result.status);
   */
  getRunOutput(
    eventId?: string,
    maxWaitMs?: number,
  ): Promise<{
    output: {
      result: Awaited<
        ReturnType<Run<TEngineType, TSteps, TState, TInput, TOutput, TRequestContext>['start']>
      >;
    };
  }>;
  /**
   * The run's chunks from its beginning on, or from chunk `offset` (0-based) on.
   * @example
   * for await (const chunk of run.observeStream({ offset: 12 })) console.log(chunk.type);
   */
  observeStream(args?: { offset?: number }): ReturnType<Run['observeStream']>;
}

/** The class of runs, for `instanceof`; `createRun()` makes them. */
export const InngestRun = RunClass as unknown as abstract new (...args: never) => InngestRun;
