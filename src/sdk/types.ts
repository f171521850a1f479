/** Types of the SDK that appear in our own public types. */
import type { GetStepTools, Inngest, InngestFunction } from 'inngest';
import type { connect } from 'inngest/connect';

export type { InngestFunction } from 'inngest';

/** What a function that invokes a workflow gets of its run. A failed run throws in the function. */
type InvokedResult<TOutput> =
  { status: 'success'; result: TOutput } | { status: 'suspended' | 'paused' | 'canceled' };

/** The Inngest function of a workflow. Of core's own type of a result, SDK v3 would infer nothing. */
export type WorkflowFunction<TOutput> = InngestFunction<
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as the SDK types a function of which it knows nothing
  any,
  () => Promise<{ result: InvokedResult<TOutput>; runId: string }>,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- likewise
  any
>;

/** The `engine` that a step's `execute` gets. Its tools are for native steps; in any other step they refuse to be called. */
export interface InngestEngineType {
  step: GetStepTools<Inngest>;
}

/** Inngest's own `connect`. */
export type SdkConnect = typeof connect;
