/** Types of the SDK that appear in our own public types. */
import type { GetStepTools, Inngest } from 'inngest';
import type { connect } from 'inngest/connect';

export type { InngestFunction } from 'inngest';

/** The `engine` that a step's `execute` gets. Its tools are for native steps; in any other step they refuse to be called. */
export interface InngestEngineType {
  step: GetStepTools<Inngest>;
}

/** Inngest's own `connect`. */
export type SdkConnect = typeof connect;
