import { AsyncLocalStorage } from 'node:async_hooks';
import { MastraInngestError } from '../errors';
import { SealedFailure, type Refusal, withOwner, unsealFailure } from './outcome';
import type { RunEvent, StreamTarget } from '../realtime/channel';
import type { ServableFunction, StepTools } from '../sdk/port';
import { derivedUuid } from '../wire/ids';
import type { Json, JsonObject } from '../wire/json';
import type { RunScope } from './scope';
import { OwnEvents, TrailingEvents } from './trailing-events';

/** One durable op while its body runs. */
export interface Operation {
  readonly id: string;
  /** The same in every attempt of the op, unlike core's random one (I9). */
  readonly stepCallId: string;
  /** A stable call id for one that core made up: the op's own for the first, others for core workflows inside the step. */
  callIdFor(random: string): string;
  publish(event: RunEvent, targets?: readonly StreamTarget[], ownId?: string): void;
  /** What the op published can be told again from what it returns, so it may be done before its events have arrived. */
  letEventsTrail(): void;
}

// By AsyncLocalStorage and not by argument: core calls back (pubsub, writer) without telling which op it is in.
const current = new AsyncLocalStorage<Operation>();

/** An event that came up outside an op; `ownId` where it has been on its way before. */
interface WaitingEvent {
  event: RunEvent;
  ownId?: string;
}

/** Anything observable that came up outside an op. */
type Deferred = WaitingEvent | ((operation: Operation) => void);

/** The op that the calling code runs in, if any. */
export function currentOperation(): Operation | undefined {
  return current.getStore();
}

/** The `stepCallId` of a step's events. */
export function stepCallId(legName: string, operationId: string): string {
  return derivedUuid('step-call', legName, operationId);
}

/** The id of an event that waited for the op or nested run `owner`, whoever publishes it in the end. */
export function waitingEventId(owner: string, ordinal: number): string {
  return `${owner}/before#${ordinal}`;
}

/** The durable ops of one execution request. */
export class Operations {
  private deferred: Deferred[] = [];
  /** What the first of the ops that are starting at once tells before its own; empty when one of them has ended. */
  private repeated: readonly Deferred[] = [];
  private begun: boolean;
  private readonly trailing: TrailingEvents;

  constructor(
    private readonly step: StepTools,
    private readonly scope: RunScope,
    /** What the run's first op does before its body; repeated where several first ops run at once. */
    private readonly prologue: (operation: Operation) => Promise<void>,
    begun: boolean,
  ) {
    this.begun = begun;
    this.trailing = new TrailingEvents(scope);
  }

  /** True once any op of the run is known to be done. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** Keeps an event that came up outside an op for the next op (I2). */
  defer(event: RunEvent, ownId?: string): void {
    this.deferred.push({ event, ownId });
  }

  /** Takes out the events that wait for the next op. */
  takeEvents(): WaitingEvent[] {
    const events = this.deferred.filter(waiting => typeof waiting !== 'function');
    this.deferred = this.deferred.filter(waiting => typeof waiting === 'function');
    return events;
  }

  /** Keeps anything observable for the next op. */
  deferAction(action: (operation: Operation) => void): void {
    this.deferred.push(action);
  }

  /**
   * Runs `body` once and remembers what it returned. Calls the SDK before any `await`: ops that start in the same tick
   * run in parallel, others do not. With `mayTrail`, the caller says what the op published where it was done already.
   */
  async run(id: string, body: (operation: Operation) => Promise<Json>, mayTrail = false): Promise<Json> {
    const waiting = this.takeWaiting(id);
    const prologue = this.begun ? undefined : this.prologue;
    let ran = false;
    const perform = () => {
      ran = true;
      return this.perform(id, waiting, prologue, body);
    };
    try {
      return await this.step.run(id, perform);
    } finally {
      this.begun = true;
      this.repeated = [];
      if (!ran && !mayTrail) this.trailing.remembered();
    }
  }

  /**
   * What came up since the last op. Of ops that start at once (items of a foreach) any may be executed first, each in a request
   * of its own, so all of them tell the events, under the same ids (I9).
   */
  private takeWaiting(id: string): readonly Deferred[] {
    if (this.deferred.length === 0) return this.repeated;
    const owner = `${this.scope.legName}/${id}`;
    const named = this.deferred.map((one, place) =>
      typeof one === 'function' ? one : { ...one, ownId: one.ownId ?? waitingEventId(owner, place) },
    );
    this.deferred = [];
    this.repeated = named.filter(one => typeof one !== 'function');
    return named;
  }

  private async perform(
    id: string,
    waiting: readonly Deferred[],
    prologue: ((operation: Operation) => Promise<void>) | undefined,
    body: (operation: Operation) => Promise<Json>,
  ): Promise<Json> {
    const { scope } = this;
    const publisher = this.trailing.publisher(id);
    const own = new OwnEvents();
    let mayTrail = false;
    const known = new Map<string, string>();
    const remember = (random: string): string => {
      const ordinal = known.size === 0 ? '' : ` #${known.size}`;
      const callId = stepCallId(scope.legName, `${id}${ordinal}`);
      known.set(random, callId);
      return callId;
    };
    const operation: Operation = {
      id,
      stepCallId: stepCallId(scope.legName, id),
      callIdFor: random => known.get(random) ?? remember(random),
      publish: (event, targets, ownId) => {
        own.note(event);
        publisher.publish(event, targets, ownId);
      },
      letEventsTrail: () => {
        mayTrail = own.areAll;
      },
    };
    const perform = async () => {
      await prologue?.(operation).catch(refuse);
      for (const one of waiting) {
        if (typeof one === 'function') one(operation);
        else operation.publish(one.event, undefined, one.ownId);
      }
      return current.run(operation, () => body(operation));
    };
    try {
      return await (prologue ? withOwner(scope, perform) : perform());
    } finally {
      await this.trailing.end(publisher, mayTrail);
    }
  }

  /** The op `id` was done in an earlier request, where it published these events; none that may have trailed if missing. */
  remembered(id: string, events?: () => RunEvent[]): void {
    this.trailing.remembered(events && { id, events });
  }

  /** The run's first op where that is no step's: what it does takes the place of the prologue. */
  async begin(id: string, body: (operation: Operation) => Promise<Json>): Promise<Json> {
    const { scope } = this;
    this.begun = true;
    return this.run(id, operation => withOwner(scope, () => body(operation)));
  }

  /**
   * An op for a user's callback outside any step (a duration, a concurrency, `onStart`). What it throws is final, as in
   * core, and comes out of here as it was thrown.
   */
  async runCallback(id: string, body: (operation: Operation) => Promise<Json>): Promise<Json> {
    const guarded = (operation: Operation) =>
      body(operation).catch((thrown: unknown) => {
        throw new SealedFailure(thrown, { thrown });
      });
    try {
      return await this.run(id, guarded);
    } catch (error) {
      const failure = unsealFailure<{ thrown?: unknown }>(error);
      throw failure?.thrown ?? error;
    }
  }

  async sleep(id: string, milliseconds: number): Promise<void> {
    await this.step.sleep(id, milliseconds);
    this.trailing.remembered();
  }

  async sleepUntil(id: string, date: Date): Promise<void> {
    await this.step.sleepUntil(id, date);
    this.trailing.remembered();
  }

  async invoke(id: string, target: ServableFunction, data: JsonObject): Promise<unknown> {
    try {
      return await this.step.invoke(id, { function: target, data });
    } finally {
      this.begun = true;
      this.trailing.remembered();
    }
  }

  /**
   * Inngest's step tools for user code inside an op: there, a step in a step would hang the run without an error.
   */
  guardedTools(stepId: string): unknown {
    const { workflowId, runId } = this.scope;
    return new Proxy(Object(this.scope.nativeStep) as object, {
      get: (_target, property) => {
        if (typeof property === 'symbol') return undefined;
        return () => {
          throw new MastraInngestError(
            'NESTED_STEP_TOOLS',
            `Step ${stepId} of workflow ${workflowId} called engine.step.${property}() inside its own Inngest step, ` +
              'and Inngest steps do not nest. Do the work directly, or make it a workflow step of its own.',
            { workflowId, runId, stepId },
          );
        };
      },
    });
  }
}

const REFUSALS = ['RUN_CONFLICT', 'RUN_CANCELED'];

/** The run turned out to be another's, or cancelled, in its first op: told apart from a failure of the op's step. */
function refuse(error: unknown): never {
  if (!MastraInngestError.is(error) || !REFUSALS.includes(error.code)) throw error;
  throw new SealedFailure(error, {
    refused: { runId: error.runId ?? '', code: error.code },
  } satisfies Refusal);
}
