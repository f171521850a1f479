import type { InngestFunction } from '../sdk/types';

/** What the `createFunction` of the app's own SDK takes. */
export type InngestCreateFunctionConfig = InngestFunction.Options;

/** Inngest's function options that a workflow takes (Inngest documentation, "Create function"). */
export type FlowControl = Pick<
  InngestCreateFunctionConfig,
  | 'name'
  | 'concurrency'
  | 'rateLimit'
  | 'throttle'
  | 'debounce'
  | 'priority'
  | 'cancelOn'
  | 'idempotency'
  | 'middleware'
  | 'onFailure'
  | 'retries'
  | 'singleton'
  | 'timeouts'
  | 'checkpointing'
>;
