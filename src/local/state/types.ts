import type { Controls } from '../flow/controls';
import type { Json, JsonObject } from '../json';

export interface Trigger {
  event?: string;
  expression?: string;
  cron?: string;
  /** By how much a cron may start later, to spread load. */
  jitter?: string;
}

export interface CancelRule {
  event: string;
  if?: string;
  timeout?: string;
}

/** A function as an app registered it. */
export interface FunctionConfig {
  uuid: string;
  /** `<app>-<function>`: what a user sees, and what `step.invoke` names. */
  slug: string;
  name: string;
  appName: string;
  appUuid: string;
  triggers: Trigger[];
  /** Where the app executes it. */
  url: string;
  /** How often one job is tried: retries + 1. */
  maxAttempts: number;
  cancel: CancelRule[];
  /**
   * Flow control (concurrency, rateLimit, throttle, debounce, batchEvents, singleton, priority, idempotency,
   * timeouts) as registered: this is what is shown.
   */
  flow: JsonObject;
  /** The same, read and checked: this is what has an effect. */
  controls: Controls;
}

/** An app as it registered itself. */
export interface App {
  uuid: string;
  name: string;
  url: string;
  sdk: string;
  framework: string;
  checksum: string;
  functions: FunctionConfig[];
}

/** An event as functions see it. `internalId` is the server's ULID, `id` the caller's if there is one. */
export interface StoredEvent {
  internalId: string;
  id: string;
  name: string;
  data: Json;
  ts: number;
  user?: Json;
  v?: Json;
  receivedAt: number;
  /** Roughly what it takes in memory. */
  bytes: number;
}

export type RunStatus = 'Queued' | 'Running' | 'Completed' | 'Failed' | 'Cancelled';

/** What is left of a failure on its way to an event or to a parent's memo. */
export interface FunctionError {
  error?: string;
  name: string;
  message: string;
  stack?: string;
  cause?: Json;
  data?: Json;
  /** The app said that trying again is pointless. */
  noRetry?: boolean;
}
