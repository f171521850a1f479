/**
 * What this package needs of an Inngest client, whichever major of the SDK it comes from. Only `sdk/` knows the SDK's
 * own shapes; every other room sees these.
 */
import type { JsonObject } from '../wire/json';
import type { TestHook } from './test-hook';

/** A function made by a client's own `createFunction`, to be served or invoked; opaque to us. */
export type ServableFunction = object;

/** Inngest's step tools, as far as the engine uses them. */
export interface StepTools {
  run<T>(id: string, body: () => Promise<T>): Promise<T>;
  sleep(id: string, milliseconds: number): Promise<void>;
  sleepUntil(id: string, date: Date): Promise<void>;
  invoke(id: string, target: { function: ServableFunction; data: JsonObject }): Promise<unknown>;
}

/** One memoized step of the run that is being executed, as the server sent it. */
export interface MemoizedStep {
  data?: unknown;
  error?: unknown;
}

/** What a function's handler gets for one execution request. */
export interface ExecutionRequest {
  /** The event that started the run. `ts` is in milliseconds since the epoch. */
  event: { id?: string; name: string; data: unknown; ts?: number };
  /** Inngest's id of the run (a ULID), not Mastra's. */
  inngestRunId: string;
  /** 0-based; counts re-executions of the current step after a crash or a throw. */
  attempt: number;
  step: StepTools;
  /** The SDK's own step tools, handed to users as `engine.step`. */
  nativeStep: unknown;
  /** Keyed by hashed step id; empty on the first request. */
  memoized: Record<string, MemoizedStep>;
  /** Makes the answer to this request wait for some work, which must not fail; missing where the SDK can't. */
  beforeAnswer?: (work: () => Promise<void>) => void;
}

/** What starts a function: an event (`if` is an Inngest expression over `event`), or a time. */
export type Trigger = { event: string; if?: string } | { cron: string };

/** A function to create: id, triggers, and any options of Inngest's `createFunction`. */
export interface FunctionDefinition {
  id: string;
  name?: string;
  triggers: Trigger[];
  cancelOn: { event: string; if: string }[];
  options: Record<string, unknown>;
  handler: (request: ExecutionRequest) => Promise<unknown>;
}

/** An event to send. `id` de-duplicates per function for 24 hours (Inngest documentation, "Handling idempotency"). */
export interface OutgoingEvent {
  id?: string;
  name: string;
  data: JsonObject;
}

/** What a browser subscribes with, in the shape that the SDK's own hooks take. Lives 60 seconds. */
export interface SubscriptionToken {
  channel: string;
  topics: string[];
  key: string;
  /** Where the server is; absent on v3, whose client side finds it by itself. */
  apiBaseUrl?: string;
}

/** Where to open a WebSocket for a channel's topics. The token lives 60 seconds and is checked on connecting only. */
export interface SubscriptionAddress {
  url: string;
}

/** Whether Inngest executes a run: `unknown` where it does not know the run, `unreachable` where it does not answer. */
export type RunState = 'live' | 'over' | 'unknown' | 'unreachable';

/** One of Inngest's runs in its list of the runs that an event started. */
export interface EventRun {
  id: string;
  state: 'live' | 'failed' | 'canceled' | 'done';
  /** The error of a failed run, as Inngest stores it. */
  error?: unknown;
  /** What the function of one that is done returned. */
  output?: unknown;
}

/** The runs that an event started, or why they are not known. */
export type EventRuns = { runs: EventRun[] } | { unknown: string };

/** An event as Inngest has it: its own id, and when it came, in milliseconds since the epoch. */
export interface FoundEvent {
  eventId: string;
  receivedAt: number;
}

/** An event that is looked for. */
export interface WantedEvent {
  name: string;
  /** As it was sent. */
  id: string;
  /** At or some time before it was sent, in milliseconds since the epoch. */
  sentAt: number;
  /** Inngest's own id of an event that it is not, though it was sent with the same one. */
  except?: string;
}

/** An Inngest client behind the port. */
export interface InngestPort {
  readonly appId: string;
  /** e.g. `4.24.0` */
  readonly sdkVersion: string;
  /** Set while a test app has the client. */
  readonly testHook?: TestHook | undefined;
  /** True in production without a signing key: the SDK refuses each call, and its answer does not say why. */
  lacksSigningKey(): boolean;
  send(event: OutgoingEvent): Promise<{ ids: string[] }>;
  createFunction(definition: FunctionDefinition): ServableFunction;
  publish(channel: string, topic: string, data: unknown): Promise<void>;
  subscriptionToken(channel: string, topics: string[]): Promise<SubscriptionToken>;
  subscriptionAddress(channel: string, topics: string[]): Promise<SubscriptionAddress>;
  /** `inngestRunId` is Inngest's id of a run, not Mastra's. */
  runState(inngestRunId: string): Promise<RunState>;
  /** `eventId` is Inngest's own id of an event, as `send` gives it. An event that was dropped, or not yet looked at, has no runs. */
  eventRuns(eventId: string): Promise<EventRuns>;
  /** How many calls of the app have failed for a run of Inngest's that has no step yet; 0 also where Inngest does not say. */
  failedCalls(inngestRunId: string): Promise<number>;
  /** An event that Inngest has taken, where it is known there. */
  findEvent(wanted: WantedEvent): Promise<FoundEvent | undefined>;
  /** Returns whether Inngest cancelled the run. */
  cancelRun(inngestRunId: string): Promise<boolean>;
}
