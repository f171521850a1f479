/** What a test's types follow from: the workflow's and the step's own. */
import type { InngestRun } from '../run/typed-run';
import type { RunResult } from '../core-types';

/** A workflow of the app, as far as its runs' types need it. */
export interface TestedWorkflow {
  readonly id: string;
  createRun(...args: never[]): Promise<object>;
}

type RunOf<TWorkflow> = TWorkflow extends { createRun(...args: never[]): Promise<infer TRun> }
  ? TRun
  : InngestRun;

type Method<TWorkflow, TName extends string> =
  RunOf<TWorkflow> extends Record<TName, (args: infer TArguments) => Promise<infer TReturned>>
    ? { args: TArguments; returned: TReturned }
    : { args: Record<string, unknown>; returned: RunResult };

/** What `app.start()` takes: core's own of `run.start()`, and what core's `createRun()` takes. */
export type StartArgumentsOf<TWorkflow> = Method<TWorkflow, 'start'>['args'] & {
  runId?: string;
  resourceId?: string;
  disableScorers?: boolean;
};

/** What core's `run.resume()` takes. */
export type ResumeArgumentsOf<TWorkflow> = Method<TWorkflow, 'resume'>['args'];

/** Core's result of a run. */
export type ResultOf<TWorkflow> = Method<TWorkflow, 'start'>['returned'];

/** What stands for a step's `execute`; gets what that would get. */
export type MockOf<TStep> = TStep extends {
  execute: (params: infer TParams, ...rest: never[]) => Promise<infer TOutput>;
  inputSchema?: unknown;
}
  ? (params: TParams) => TOutput | Promise<TOutput>
  : LooseMock;

/**
 * For an agent, a tool, or an id: nothing is known of its types. A method's parameter may be narrower than declared, so a mock can say
 * what it expects: `({ inputData }: { inputData: { amount: number } }) => …`.
 */
export type LooseMock = { mock(params: { inputData: unknown; [field: string]: unknown }): unknown }['mock'];
