/** Types of the SDK that appear in our own public types. */
import type { GetStepTools, Inngest, InngestFunction } from 'inngest';
import type { connect } from 'inngest/connect';

export type { InngestFunction } from 'inngest';

/** The Inngest function of a workflow: whoever invokes it gets the result of the run. */
export type WorkflowFunction<TResult> = InngestFunction<
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as the SDK types a function of which it knows nothing
  any,
  () => Promise<{ result: TResult; runId: string }>,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- likewise
  any
>;

/** The `engine` that a step's `execute` gets. Its tools are for native steps; in any other step they refuse to be called. */
export interface InngestEngineType {
  step: GetStepTools<Inngest>;
}

/** Inngest's own `connect`. */
export type SdkConnect = typeof connect;
