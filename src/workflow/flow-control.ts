import type { InngestFunction } from '../sdk/types';

type Options = InngestFunction.Options;

/** Inngest's function options that a workflow takes (Inngest documentation, "Create function"). */
export type FlowControl = Pick<
  Options,
  | 'name'
  | 'concurrency'
  | 'rateLimit'
  | 'throttle'
  | 'debounce'
  | 'priority'
  | 'cancelOn'
  | 'idempotency'
  | 'onFailure'
  | 'retries'
  | 'singleton'
  | 'timeouts'
  | 'checkpointing'
>;
