import { Pause } from '../pause';
import type { PublishedEvent, RunEvent } from '../realtime/channel';
import { isEnd, isStepEnd, runFinished, statusEvent } from '../realtime/events';
import { isWritten } from '../realtime/stored-events';
import { type Snapshot, isAtRest, isTerminal } from '../snapshot/snapshot';
import { unref } from '../unref';
import { type KnownEvents, StorySource, type StorySources } from './story-source';
import { StoryTeller } from './story-teller';
import { positionOf } from './told';

/** How long, in milliseconds, the last event of a run at rest is waited for where the store has no events of the run. */
const LINGER = 1000;
/** Pauses, in milliseconds, between reads of the store while events of an executing step are missing; they grow by half. */
const FIRST_REREAD = 300;
const LONGEST_REREAD = 3000;
/** When, in milliseconds, the first part of a step that executes is stored for sure. */
const STEP_STORED = 1300;

export interface StoryReaderOptions extends StorySources {
  tell: (event: RunEvent) => unknown;
  /** The run may have begun before: nothing is told until `open` has read what happened so far. */
  comesLate: boolean;
}

/**
 * Tells somebody the events of a run: each once, none missing, in one order, however late they come and whatever becomes of
 * the channel (I9). A message of the channel only says that there is something new: at each the log is read on, and its order is
 * the order. Where an event of the channel is not in the log (another process wrote it, and the log is this process's own), the
 * channel is believed, and what it does not bring comes from the store.
 */
export class StoryReader {
  private queue: PublishedEvent[] = [];
  private readonly source: StorySource;
  private readonly teller: StoryTeller;
  private work: Promise<void> = Promise.resolve();
  private working = false;
  private hasHole = false;
  private isInterrupted = false;
  /** Events may be missing: the reader came late, or the channel was interrupted. */
  private mayLack: boolean;
  /** The events so far were told, so those of the channel are next. */
  private isOpen: boolean;
  private rereadTimer?: NodeJS.Timeout;
  private rereadPause = FIRST_REREAD;
  private closed = false;
  private sawEnd = false;
  /** The channel has brought nothing since it was last looked at. */
  private isSilent = true;
  /** Ended by the run's last event. */
  private readonly lingering = new Pause();

  constructor(options: StoryReaderOptions) {
    this.source = new StorySource(options);
    this.teller = new StoryTeller(options.tell);
    this.isOpen = !options.comesLate;
    this.mayLack = options.comesLate;
  }

  /** A step's failure has been told. */
  get hasFailure(): boolean {
    return this.teller.hasFailure;
  }

  /** One message of the channel. */
  receive(event: PublishedEvent): void {
    // Core's older streams tell themselves that they begin and end.
    if (!event.mastraEventId) return this.teller.show(event);
    this.isSilent = false;
    if (this.closed) return;
    this.queue.push(event);
    if (isEnd(event)) {
      this.sawEnd = true;
      this.lingering.end();
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
    if (!this.source.logIsWhole && snapshot && !isAtRest(snapshot.status)) this.rereadLater(STEP_STORED);
    // Who comes after a suspension is not told of it.
    if (snapshot && isAtRest(snapshot.status) && !isTerminal(snapshot.status))
      this.teller.skipEnd(snapshot.inngest?.leg ?? 0);
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
    await this.exclusively(async () => this.teller.skip((await this.readAll(snapshot)).events));
  }

  /** Tells the missing events of a run at rest, then its end. Nothing is told after that. */
  async complete(snapshot: Snapshot | undefined): Promise<void> {
    if (!this.sawEnd && !snapshot?.inngest?.events) await this.lingering.take(LINGER, { keepsAlive: false });
    if (!this.isOpen) await this.open();
    if (this.isInterrupted) this.resumed();
    await this.goOn();
    await this.exclusively(async () => {
      await this.tellMissed(() => this.readAll(snapshot));
      this.teller.tellIncomplete();
    });
    const last = snapshot && statusEvent(snapshot.status);
    // Inngest ends a cancelled run without asking its code, which would have said so.
    if (last && !this.teller.hasToldType(last.type)) this.teller.show(last);
    this.close();
  }

  /** Tells that the run is at rest, where the channel has not. */
  tellEnd(snapshot: Snapshot): void {
    this.teller.show(endOf(snapshot));
  }

  /** Nothing is told any more. */
  close(): void {
    this.closed = true;
    clearTimeout(this.rereadTimer);
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
        await this.source.readOn(
          event => this.tellLive(event),
          () => events.every(event => this.teller.isKnown(event)),
        );
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

  /** Tells one event, or keeps it until what comes before it in its op is found. */
  private async tellLive(event: PublishedEvent): Promise<void> {
    const { teller } = this;
    const position = positionOf(event);
    if (!position) return teller.show(event);
    if (teller.hasTold(event)) return;
    // The last step of a run is stored with the run's end, and may have been told before somebody came.
    if (this.mayLack && !this.source.logIsWhole && isFinish(position.op)) await this.tellMissedStored();
    if (teller.tellInTurn(position, event)) return;
    if (isWritten(event)) return this.rereadLater();
    // Its op has ended, or goes on to something new: what comes before is stored by now.
    await this.tellMissedStored();
    if (teller.hasTold(event)) return;
    // Nothing of it is stored, so what comes before will never come: tell what there is.
    if (isLast(event, position.op)) teller.tellIncomplete(position.op);
    else this.rereadLater();
  }

  private rereadLater(pause = this.rereadPause): void {
    if (this.rereadTimer || this.closed) return;
    this.rereadTimer = setTimeout(() => {
      this.rereadTimer = undefined;
      this.rereadPause = Math.min(this.rereadPause * 1.5, LONGEST_REREAD);
      void this.exclusively(() => this.tellMissedStored()).then(() => {
        if (this.teller.isComplete) this.rereadPause = FIRST_REREAD;
        else this.rereadLater();
      });
    }, pause);
    unref(this.rereadTimer);
  }

  private tellMissedStored(): Promise<Snapshot | undefined> {
    return this.tellMissed(() => this.source.readStored());
  }

  /** Tells what was read and has not been told. */
  private async tellMissed(read: () => Promise<KnownEvents>): Promise<Snapshot | undefined> {
    const { snapshot, events } = await read();
    this.teller.tellMissed(events);
    return snapshot;
  }

  private readAll(known?: Snapshot): Promise<KnownEvents> {
    return this.source.readAll(event => this.teller.hasTold(event), known);
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
