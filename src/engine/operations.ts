import { AsyncLocalStorage } from 'node:async_hooks';
import { MastraInngestError } from '../errors';
import { SealedFailure, type Refusal, withOwner } from '../wire/outcome';
import type { RunEvent, StreamTarget } from '../realtime/channel';
import { streamImage } from '../realtime/image';
import { OpRecorder, type StoredOp, stepCallId } from '../realtime/stored-events';
import type { ServableFunction, StepTools } from '../sdk/port';
import type { Json, JsonObject } from '../wire/json';
import type { RunScope } from './scope';
import { type OpPlace, type StepReport, ToldOps } from './told-ops';
import { TrailingEvents } from './trailing-events';

/** One durable op while its body runs. */
export interface Operation {
  readonly id: string;
  /** The same in every attempt of the op, unlike core's random one (I9). */
  readonly stepCallId: string;
  /** A stable call id for one that core made up: the op's own for the first, others for core workflows inside the step. */
  callIdFor(random: string): string;
  publish(event: RunEvent, targets?: readonly StreamTarget[], ownId?: string): void;
  /** What the op published so far is not gathered into a message with more. */
  sendNow(): void;
  /** What the op published can be told again from what it returns, so it may be done before its events have arrived. */
  letEventsTrail(): void;
  /**
   * What is published from now on is told when it is stored, and goes into the log before: who finds the store's word finds the
   * log's. Without `log`, neither happens before `releaseEvents`.
   */
  holdEvents(options?: { log: boolean }): void;
  releaseEvents(): void;
  /** Resolves when all that was published is in the log. */
  logged(): Promise<void>;
  /** How many events were published. */
  readonly eventCount: number;
  /** What the op has published so far, as it is stored; `step` and `result` as `OpRecorder.entry` takes them. */
  told(step?: string, result?: Record<string, unknown>): StoredOp;
}

// By AsyncLocalStorage and not by argument: core calls back (pubsub, writer) without telling which op it is in.
const current = new AsyncLocalStorage<Operation>();

/** An event that came up outside an op. `ownId`: its id, where it was meant to be published before. */
interface WaitingEvent {
  event: RunEvent;
  ownId?: string;
  /** Where it goes, if not where this run's events go. */
  targets?: readonly StreamTarget[];
}

/** One that an op or a nested run has taken. */
type NamedWaiting = WaitingEvent & { ownId: string };

/** Anything observable that came up outside an op. */
type Deferred = WaitingEvent | ((operation: Operation) => unknown);

/** The op that the calling code runs in, if any. */
export function currentOperation(): Operation | undefined {
  return current.getStore();
}

/** The id of an event that waited for the op or nested run `owner`, whoever publishes it in the end. */
function waitingEventId(owner: string, ordinal: number): string {
  return `${owner}/before-${ordinal}`;
}

/** How an op is run. */
export interface RunOptions {
  /** The caller says by `toldByStep` what the op told. */
  retold?: boolean;
  /**
   * False for an op that stores nothing of the run, so what waits for an op waits on: an event is stored before it is told,
   * and whoever comes in between would find it nowhere.
   */
  tellsWaiting?: boolean;
  /** All that the op tells waits for `releaseEvents`, from its beginning on. */
  holds?: boolean;
}

/** What goes before the body of an op that is performed. */
interface Performance {
  place: OpPlace;
  waiting: readonly Deferred[];
  prologue?: (operation: Operation) => Promise<void>;
  holds: boolean;
}

/** The durable ops of one execution request. */
export class Operations {
  private deferred: Deferred[] = [];
  /** What each of the ops that are starting at once tells before its own; empty when one of them has ended. */
  private repeated: readonly NamedWaiting[] = [];
  private begun: boolean;
  private beforeFirst?: () => Promise<void>;
  private readonly trailing: TrailingEvents;
  /** What the ops of this leg told. */
  readonly toldOps: ToldOps;
  /** Ids of the waiting events that an op of this run has taken. */
  private readonly toldIds = new Set<string>();

  constructor(
    private readonly step: StepTools,
    private readonly scope: RunScope,
    /** What the run's first op does before its body; repeated where several first ops run at once. */
    private readonly prologue: (operation: Operation) => Promise<void>,
    begun: boolean,
  ) {
    this.begun = begun;
    this.trailing = new TrailingEvents(scope);
    this.toldOps = new ToldOps(scope);
  }

  /** True once any op of the run is known to be done. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** The id by which events name the call of a step that the op `id` is. */
  callId(id: string): string {
    return stepCallId(this.scope.legName, id);
  }

  /** Keeps an event that came up outside an op for the next op (I2). */
  defer(event: RunEvent, ownId?: string, targets?: readonly StreamTarget[]): void {
    this.deferred.push({ event, ownId, targets });
  }

  /**
   * Takes out the events of this run that wait for the next op, for a nested run that tells them in its place. Ops that start
   * at the same time tell them, too, and what such an op took is here once more: any of them may be the first.
   */
  takeEvents(owner: string): readonly NamedWaiting[] {
    const isTaken = (one: Deferred): one is WaitingEvent => typeof one !== 'function' && !one.targets;
    const fresh = this.deferred
      .filter(isTaken)
      .map(({ event, ownId }, ordinal) => ({ event, ownId: ownId ?? waitingEventId(owner, ordinal) }));
    this.deferred = this.deferred.filter(one => !isTaken(one));
    return this.taken(fresh).filter(isTaken);
  }

  /** What waited and what was taken by an op that starts at the same time, which each of them tells. */
  private taken(fresh: readonly NamedWaiting[]): readonly NamedWaiting[] {
    // What was given back comes again.
    const known = new Set(this.repeated.map(({ ownId }) => ownId));
    this.repeated = [...this.repeated, ...fresh.filter(({ ownId }) => !known.has(ownId))];
    return this.repeated;
  }

  /** The nested run did not tell them, so they wait on, unless an op has told them meanwhile. */
  giveBack(events: readonly NamedWaiting[]): void {
    for (const { event, ownId } of events) {
      if (!this.toldIds.has(ownId)) this.defer(event, ownId);
    }
  }

  /** Has something done once, before the body of the first op that this request performs. */
  beforeBody(action: () => Promise<void>): void {
    this.beforeFirst = action;
  }

  private async runBeforeFirst(): Promise<void> {
    const { beforeFirst } = this;
    this.beforeFirst = undefined;
    await beforeFirst?.();
  }

  /** Keeps anything observable for the next op. */
  deferAction(action: (operation: Operation) => unknown): void {
    this.deferred.push(action);
  }

  /**
   * Runs `body` once and remembers what it returned. Calls the SDK before any `await`: ops that start in the same tick
   * run in parallel, others do not.
   */
  async run(
    id: string,
    body: (operation: Operation) => Promise<Json>,
    { retold = false, tellsWaiting = true, holds = false }: RunOptions = {},
  ): Promise<Json> {
    const actions = this.takeActions();
    const told = tellsWaiting ? this.takeWaiting(id) : [];
    const place = this.toldOps.begins(id, told);
    const waiting = [...actions, ...told];
    const prologue = this.begun ? undefined : this.prologue;
    try {
      const perform = () => this.perform({ place, waiting, prologue, holds }, body);
      const { testHook } = this.scope.port;
      return await this.step.run(id, testHook ? () => testHook.op(this.scope, id, perform) : perform);
    } finally {
      this.begun = true;
      this.repeated = [];
      this.toldOps.ended(id);
      if (!retold && !this.toldOps.isPerformed(id)) this.trailing.remembered();
    }
  }

  /**
   * What came up since the last op. Of ops that start at once (items of a foreach) any may be executed first, each in a request
   * of its own, so all of them tell the events, under the same ids (I9). To be called after `takeActions`.
   */
  private takeWaiting(id: string): readonly NamedWaiting[] {
    const events = this.deferred.filter(one => typeof one !== 'function');
    this.deferred = [];
    const owner = `${this.scope.legName}/${id}`;
    const fresh = events.map((one, place) => ({ ...one, ownId: one.ownId ?? waitingEventId(owner, place) }));
    const told = this.taken(fresh);
    for (const { ownId } of told) this.toldIds.add(ownId);
    return told;
  }

  private takeActions(): readonly Deferred[] {
    const actions = this.deferred.filter(one => typeof one === 'function');
    this.deferred = this.deferred.filter(one => typeof one !== 'function');
    return actions;
  }

  private async perform(
    { place, waiting, prologue, holds }: Performance,
    body: (operation: Operation) => Promise<Json>,
  ): Promise<Json> {
    const { scope } = this;
    const { op: id } = place;
    const publisher = this.trailing.publisher(id);
    const [ownChannel, ...others] = scope.chunkTargets.map(({ channel }) => channel);
    const recorder = new OpRecorder(place, [ownChannel ?? '', ...others.reverse()]);
    this.toldOps.performs(id, (step, result) => recorder.entry(step, result));
    let mayTrail = false;
    const known = new Map<string, string>();
    const remember = (random: string): string => {
      const ordinal = known.size === 0 ? '' : ` #${known.size}`;
      const callId = this.callId(`${id}${ordinal}`);
      known.set(random, callId);
      return callId;
    };
    const operation: Operation = {
      id,
      stepCallId: this.callId(id),
      callIdFor: random => known.get(random) ?? remember(random),
      publish: (event, targets = scope.targets, ownId) => {
        // Now, and not when its turn comes: a step may change what it was given and what it wrote.
        const image = streamImage(event);
        recorder.add(image, targets, ownId);
        publisher.publish(image, targets, ownId);
      },
      sendNow: () => publisher.sendNow(),
      letEventsTrail: () => {
        mayTrail = true;
      },
      holdEvents: (options = { log: true }) => publisher.hold(options),
      logged: () => publisher.stored(),
      releaseEvents: () => publisher.release(),
      get eventCount() {
        return recorder.count;
      },
      told: (step, result) => recorder.entry(step, result),
    };
    const perform = async () => {
      await this.runBeforeFirst();
      await prologue?.(operation).catch(refuse);
      if (holds) operation.holdEvents();
      for (const one of waiting) {
        if (typeof one === 'function') await one(operation);
        else operation.publish(one.event, one.targets, one.ownId);
      }
      return current.run(operation, () => body(operation));
    };
    try {
      return await (prologue ? withOwner(scope, perform) : perform());
    } catch (error) {
      // What was not stored is told by who executes the op again.
      publisher.discard();
      throw error;
    } finally {
      await this.trailing.end(publisher, mayTrail);
    }
  }

  /** What a step's op told, once its result is known. `trailed`: its events, where the op may have ended before they were sent. */
  toldByStep(id: string, step: string, report: StepReport = {}, trailed?: () => RunEvent[]): void {
    this.toldOps.ofStep(id, step, report);
    if (!this.toldOps.isPerformed(id)) this.trailing.remembered(trailed && { id, events: trailed });
  }

  /** The run's first op where that is no step's: what it does takes the place of the prologue. */
  async begin(id: string, body: (operation: Operation) => Promise<Json>): Promise<Json> {
    const { scope } = this;
    this.begun = true;
    return this.run(id, operation => withOwner(scope, () => body(operation)));
  }

  async sleep(id: string, milliseconds: number): Promise<void> {
    await this.step.sleep(id, milliseconds);
    this.toldOps.ended(id);
    this.trailing.remembered();
  }

  async sleepUntil(id: string, date: Date): Promise<void> {
    await this.step.sleepUntil(id, date);
    this.toldOps.ended(id);
    this.trailing.remembered();
  }

  async invoke(id: string, target: ServableFunction, data: JsonObject): Promise<unknown> {
    try {
      return await this.step.invoke(id, { function: target, data });
    } finally {
      this.begun = true;
      this.repeated = [];
      this.toldOps.ended(id);
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
