import { reasonOf } from '../errors';
import type { LogReader } from '../log/event-log';
import { type PublishedEvent, type RunEvent, logId } from '../realtime/channel';
import { eventsOfStep, isEnd, isStepEnd, omitted, runFinished, statusEvent } from '../realtime/events';
import type { WarningLog } from '../realtime/lane';
import { ProgressCounts } from '../realtime/progress';
import { isWritten } from '../realtime/stored-events';
import { type Snapshot, isAtRest, isTerminal } from '../snapshot/snapshot';
import { OpQueue } from './op-queue';
import type { StoryEvent } from './stored-story';
import { type Position, Told, positionOf } from './told';
import { unref } from '../unref';

/** How long, in milliseconds, the last event of a run at rest is waited for where the store has no events of the run. */
const LINGER = 1000;
/** Pauses, in milliseconds, before a log that lacks what the store has is read again: it may be written a moment later. */
const CATCH_UP = [0, 50, 150];
/** Pauses, in milliseconds, between reads of the store while events of an executing step are missing; they grow by half. */
const FIRST_REREAD = 300;
const LONGEST_REREAD = 3000;
/** When, in milliseconds, the first part of a step that executes is stored for sure. */
const STEP_STORED = 1300;

/** A stored run and its stored events, in the order of causes. */
export interface StoredRun {
  snapshot: Snapshot;
  story: StoryEvent[];
}

/** What is known of a run's events at one moment. */
interface KnownEvents {
  snapshot?: Snapshot;
  events: StoryEvent[];
}

export interface StoryReaderOptions {
  tell: (event: RunEvent) => unknown;
  /** The stored run; undefined where there is none. */
  stored: (known?: Snapshot) => Promise<StoredRun | undefined>;
  /** The run's log; missing where Mastra has no cache. */
  log?: LogReader<PublishedEvent>;
  warnings: WarningLog;
  /** The run may have begun before: nothing is told until `open` has read what happened so far. */
  comesLate: boolean;
}

/**
 * Tells somebody the events of a run: each once, none missing, in one order, however late they come and whatever becomes of
 * the channel (I9). The channel's messages are a doorbell: at each the log is read on, and its order is the order. Where an
 * event of the channel is not in the log (another process wrote it, and the log is this process's own), the channel is
 * believed, and what it does not bring comes from the store.
 */
export class StoryReader {
  private queue: PublishedEvent[] = [];
  private readonly told = new Told();
  private readonly waiting = new OpQueue(this.told);
  private readonly progress = new ProgressCounts();
  private readonly types = new Set<string>();
  private work: Promise<void> = Promise.resolve();
  private working = false;
  private hasHole = false;
  private isInterrupted = false;
  /** Events may be missing: the reader came late, or the channel was interrupted. */
  private mayLack: boolean;
  /** The events so far were told, so those of the channel are next. */
  private isOpen: boolean;
  private logIsWhole: boolean;
  private rereadTimer?: NodeJS.Timeout;
  private rereadPause = FIRST_REREAD;
  private closed = false;
  private sawEnd = false;
  /** The last leg whose end was told. */
  private endedLeg = -1;
  /** The channel has brought nothing since it was last looked at. */
  private isSilent = true;
  private onEnd = () => {};
  /** A step's failure has been told. */
  hasFailure = false;

  constructor(private readonly options: StoryReaderOptions) {
    this.logIsWhole = options.log !== undefined;
    this.isOpen = !options.comesLate;
    this.mayLack = options.comesLate;
  }

  /** One message of the channel. */
  receive(event: PublishedEvent): void {
    // Core's older streams tell themselves that they begin and end.
    if (!event.mastraEventId) return this.show(event);
    this.isSilent = false;
    if (this.closed) return;
    this.queue.push(event);
    if (isEnd(event)) {
      this.sawEnd = true;
      this.onEnd();
    }
    void this.goOn();
  }

  /** The channel brings nothing for a while; what it brings then comes after what is missed. */
  interrupted(): void {
    this.isInterrupted = true;
    this.mayLack = true;
  }

  /** The channel brings messages again: what came meanwhile is looked for first. */
  resumed(): void {
    this.isInterrupted = false;
    this.hasHole = true;
    void this.goOn();
  }

  /** Tells what happened so far. To be called once the channel's messages arrive. Returns the stored run. */
  async open(): Promise<Snapshot | undefined> {
    const snapshot = await this.exclusively(() => this.tellMissed(() => this.readAll()));
    this.isOpen = true;
    void this.goOn();
    // A step that executes is stored as far as it is a second after its start.
    if (!this.logIsWhole && snapshot && !isAtRest(snapshot.status)) this.rereadLater(STEP_STORED);
    // Who comes after a suspension is not told of it.
    if (snapshot && isAtRest(snapshot.status) && !isTerminal(snapshot.status))
      this.endedLeg = snapshot.inngest?.leg ?? 0;
    return snapshot;
  }

  /** Tells what a channel that brings nothing may have lost. Returns the stored run; undefined where the channel is heard. */
  async lookAgain(known?: Snapshot): Promise<Snapshot | undefined> {
    const isHeard = !this.isSilent;
    this.isSilent = true;
    if (isHeard || !this.isOpen || this.closed) return undefined;
    return this.exclusively(() => this.tellMissed(() => this.readAll(known)));
  }

  /** Leaves out what happened so far: the stream begins with this leg. `snapshot`: the run as the leg finds it. */
  async skip(snapshot: Snapshot): Promise<void> {
    await this.exclusively(async () => {
      const { events } = await this.readAll(snapshot);
      for (const { event, count } of events) {
        const position = positionOf(event);
        if (position) this.told.add(position, event, count);
      }
    });
  }

  /** Tells the missing events of a run at rest, then its end. Nothing is told after that. */
  async complete(snapshot: Snapshot | undefined): Promise<void> {
    if (!this.sawEnd && !snapshot?.inngest?.events) await this.linger();
    if (!this.isOpen) await this.open();
    if (this.isInterrupted) this.resumed();
    await this.goOn();
    await this.exclusively(async () => {
      await this.tellMissed(() => this.readAll(snapshot));
      for (const events of this.waiting.takeAll()) this.tellWithStart(events);
    });
    const last = snapshot && statusEvent(snapshot.status);
    // Inngest ends a cancelled run without asking its code, which would have said so.
    if (last && !this.types.has(last.type)) this.show(last);
    this.close();
  }

  /** Tells that the run is at rest, where the channel has not. */
  tellEnd(snapshot: Snapshot): void {
    this.show(endOf(snapshot));
  }

  /** Nothing is told any more. */
  close(): void {
    this.closed = true;
    clearTimeout(this.rereadTimer);
  }

  private async linger(): Promise<void> {
    await new Promise<void>(resolve => {
      this.onEnd = resolve;
      unref(setTimeout(resolve, LINGER));
    });
  }

  /** Reads and tells run one after the other, so that two of them never mix their events. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.work.then(work);
    this.work = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /** Tells what the channel has brought; resolves when nothing of it is left. */
  private goOn(): Promise<void> {
    if (this.working) return this.work;
    this.working = true;
    return this.exclusively(async () => {
      while (this.hasWork) {
        if (this.hasHole) {
          this.hasHole = false;
          await this.tellMissed(() => this.readAll());
        }
        const events = this.queue.splice(0);
        await this.readOn(events);
        for (const event of events) await this.tellLive(event);
      }
    }).finally(() => {
      this.working = false;
      if (this.hasWork) void this.goOn();
    });
  }

  private get hasWork(): boolean {
    return this.isOpen && !this.closed && !this.isInterrupted && (this.queue.length > 0 || this.hasHole);
  }

  /** Tells what is new in the log, in the log's order. */
  private async readOn(events: readonly PublishedEvent[]): Promise<void> {
    const { log } = this.options;
    if (!log || !this.logIsWhole) return;
    try {
      for (const { event } of await log.next()) await this.tellLive(event);
      if (events.every(event => this.isKnown(event))) return;
      // The log may have been emptied since the last look.
      for (const { event } of await log.again()) await this.tellLive(event);
      this.logIsWhole = events.every(event => this.isKnown(event));
    } catch (error) {
      this.logIsWhole = false;
      this.warn('The log of a run could not be read; its events are taken from the channel.', error);
    }
  }

  private isKnown(event: PublishedEvent): boolean {
    const position = positionOf(event);
    return !position || this.told.has(position, event) || this.waiting.has(position, event);
  }

  /** Tells one event, or keeps it until what comes before it in its op is found. */
  private async tellLive(event: PublishedEvent): Promise<void> {
    const position = positionOf(event);
    if (!position) return this.show(event);
    if (this.told.has(position, event)) return;
    // The last step of a run is stored with the run's end, and may have been told before somebody came.
    if (this.mayLack && !this.logIsWhole && isFinish(position.op))
      await this.tellMissed(() => this.readStored());
    if (this.told.isNext(position)) return this.tellNext(event);
    this.waiting.add(position, event);
    if (isWritten(event)) return this.rereadLater();
    // Its op has ended, or goes on to something new: what comes before is stored by now.
    await this.tellMissed(() => this.readStored());
    if (this.told.has(position, event)) return;
    // Nothing of it is stored, so what comes before will never come: tell what there is.
    if (isLast(event, position.op)) this.tellWithStart(this.waiting.take(position.op));
    else this.rereadLater();
  }

  private tellNext(event: PublishedEvent, count = 1): void {
    const position = positionOf(event);
    if (!position) return;
    if (this.told.add(position, event, count)) this.show(event);
    this.tellWaiting(position.op);
  }

  /** Tells an op whose beginning was missed and is nowhere stored. Its start is made from its end, which says the same. */
  private tellWithStart(events: readonly PublishedEvent[]): void {
    const [first] = events;
    const { op } = (first && positionOf(first)) ?? { op: '' };
    const end = this.told.isUnknown(op) ? events.find(isStepEnd) : undefined;
    const { id, stepCallId, ...result } = end?.payload ?? {};
    if (typeof id === 'string') {
      const [start] = eventsOfStep({ id, stepCallId: stepCallId as string | undefined }, result);
      // Should it come after all, it is known.
      if (start && this.told.add({ op, number: 0 }, { ...start, mastraEventId: '' })) this.show(start);
    }
    for (const event of events) {
      const position = positionOf(event);
      if (position && !this.told.has(position, event) && this.told.add(position, event)) this.show(event);
    }
  }

  private rereadLater(pause = this.rereadPause): void {
    if (this.rereadTimer || this.closed) return;
    this.rereadTimer = setTimeout(() => {
      this.rereadTimer = undefined;
      this.rereadPause = Math.min(this.rereadPause * 1.5, LONGEST_REREAD);
      void this.exclusively(() => this.tellMissed(() => this.readStored())).then(() => {
        if (this.waiting.isEmpty) this.rereadPause = FIRST_REREAD;
        else this.rereadLater();
      });
    }, pause);
    unref(this.rereadTimer);
  }

  /** Tells what was read and has not been told. */
  private async tellMissed(read: () => Promise<KnownEvents>): Promise<Snapshot | undefined> {
    const { snapshot, events } = await read();
    for (const { event, count } of events) {
      // The end of an earlier leg; that of the last one is told by whoever knows that it is the last.
      if (isEnd(event)) continue;
      const position = positionOf(event);
      if (!position) continue;
      if (count > 1) this.tellOmitted(position, count);
      else if (!this.told.has(position, event)) this.tellNext(event);
    }
    return snapshot;
  }

  /** Tells a marker for events that are not stored, but not for those of them that were told or wait to be. */
  private tellOmitted({ op, number }: Position, count: number): void {
    const end = number + count;
    for (let next = number; next < end;) {
      const position = { op, number: next };
      const size = this.told.isBehind(position) ? 0 : this.waiting.countUpTo(position, end - next);
      if (size > 0) this.tellNext({ ...omitted(size), mastraEventId: `${op}#${next}` }, size);
      else if (!this.told.isBehind(position)) this.tellWaiting(op);
      next += Math.max(size, 1);
    }
  }

  /** Tells the next event that waits in an op, if all before it were told. */
  private tellWaiting(op: string): void {
    const next = this.waiting.next(op);
    if (next) this.tellNext(next);
  }

  /** What the store has of the run. */
  private async readStored(known?: Snapshot): Promise<KnownEvents> {
    const run = await this.options.stored(known).catch((error: unknown) => {
      this.warn('The past of a run could not be read; only what happens from now on is shown.', error);
      return undefined;
    });
    return { snapshot: run?.snapshot, events: run?.story ?? [] };
  }

  /** What the store and the log have of the run, in one order. */
  private async readAll(known?: Snapshot): Promise<KnownEvents> {
    const { log } = this.options;
    const { snapshot, events: story } = await this.readStored(known);
    if (!log || !this.logIsWhole) return { snapshot, events: story };
    const logged: StoryEvent[] = [];
    const ids = new Set<string>();
    try {
      for (const pause of CATCH_UP) {
        if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause));
        for (const { id, event } of await log.next()) {
          logged.push({ event, count: 1 });
          ids.add(id);
        }
        const lacks = story.some(({ event, count }) => count === 1 && !this.isIn(ids, event));
        // The order of the log is that of the stream.
        if (!lacks) return { snapshot, events: logged };
      }
    } catch (error) {
      this.warn('The log of a run could not be read; its events are taken from the store.', error);
    }
    this.logIsWhole = false;
    return { snapshot, events: [...story, ...logged] };
  }

  private isIn(logged: ReadonlySet<string>, event: PublishedEvent): boolean {
    const position = positionOf(event);
    return logged.has(logId(event)) || (position !== undefined && this.told.has(position, event));
  }

  private show(published: RunEvent): void {
    const { mastraEventId: _id, mastraPosition: _position, mastraLeg: leg, ...received } = published;
    if (isEnd(published) && typeof leg === 'number') {
      if (leg <= this.endedLeg) return;
      this.endedLeg = leg;
    }
    const event = this.progress.count(received);
    this.types.add(event.type);
    if (event.type === 'workflow-step-result' && event.payload?.status === 'failed') this.hasFailure = true;
    this.options.tell(event);
  }

  private warn(message: string, error: unknown): void {
    this.options.warnings.warn(message, { reason: reasonOf(error) });
  }
}

function isFinish(op: string): boolean {
  return op.endsWith('/finish');
}

const OP_ENDS = ['workflow-step-finish', 'workflow-step-progress'];

/** The event ends the step that its op is of, and no other one that runs inside of it. */
function isLast(event: RunEvent, op: string): boolean {
  const { type, payload } = event;
  if ((!isStepEnd(event) && !OP_ENDS.includes(type)) || typeof payload?.id !== 'string') return false;
  const label = op.slice(op.indexOf('/') + 1);
  const names = payload.id.split('.');
  return names.some((_name, place) => label.startsWith(names.slice(place).join('.')));
}

/** The last event of a run at rest, made from the stored run. */
function endOf({ runId, status, result, error, inngest }: Snapshot): RunEvent {
  const outcome = { ...(result !== undefined && { result }), ...(error !== undefined && { error }) };
  return runFinished({ runId, workflowStatus: status, ...outcome }, inngest?.leg ?? 0);
}
