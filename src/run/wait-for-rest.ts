import { reasonOf } from '../errors';
import { eventsTopic, type RunEvent } from '../realtime/channel';
import { readInTurn } from './reads';
import type { RunParts } from './run-parts';
import { type Snapshot, isAtRest } from '../snapshot/snapshot';

/**
 * How a run came to rest: its stored snapshot or, where nothing is stored, its last event. A run is at rest when nothing of it
 * executes and nothing is due: it has ended, or is suspended or paused.
 */
export interface Rested {
  snapshot?: Snapshot;
  finish?: Record<string, unknown>;
}

/** Milliseconds between reads of the store while no event comes; grows by half up to the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;
/** How long, in milliseconds, the last event of a run at rest is waited for where it says more than the store. */
const LINGER = 10_000;

/**
 * Waits until a run comes to rest, however long that takes (I10). Its last event on the channel ends the wait at once; reads of
 * the store with growing pauses find the end where that event was lost. Neither of them being down ends the wait.
 */
export class RestWaiter {
  private finish?: Record<string, unknown>;
  private wake?: () => void;
  private readonly listener = async (event: { data: unknown; leg?: number }): Promise<void> => {
    const { type, payload } = event.data as RunEvent;
    // The end of an earlier leg may be late, or come twice.
    if (type !== 'workflow-finish' || (event.leg ?? 0) < this.leg) return;
    this.finish = payload ?? {};
    this.wake?.();
  };

  constructor(
    private readonly parts: Pick<RunParts, 'realtime' | 'record' | 'log'>,
    /** Only the end of this leg, or of a later one, ends the wait. */
    private readonly leg = 0,
  ) {}

  /** To be called before the event that starts the run is sent (I9). */
  async subscribe(): Promise<void> {
    await this.parts.realtime.subscribe(eventsTopic(this.parts.record.identity.runId), this.listener);
  }

  async close(): Promise<void> {
    await this.parts.realtime.unsubscribe(eventsTopic(this.parts.record.identity.runId), this.listener);
  }

  /** `missed`: called after each read of a run that is not at rest; a result of it ends the wait. */
  async wait(
    missed: (snapshot: Snapshot | undefined) => Promise<Rested | undefined> = async () => undefined,
  ): Promise<Rested> {
    let restSeenAt: number | undefined;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      // The event is published after the snapshot is written, so one read is enough. Should that fail, the pauses go on.
      if (!this.finish || pause > FIRST_PAUSE) await this.sleep(pause);
      const seen = this.finish;
      // The last event carries the run where the store has less than all of it.
      if (seen?.run !== undefined) return { finish: seen };
      const read = await this.read();
      if (read?.snapshot && isAtRest(read.snapshot.status)) {
        // A read may come between the write and the event, which says more.
        restSeenAt ??= performance.now();
        const lingers = read.snapshot.inngest?.pruned && !seen && performance.now() - restSeenAt < LINGER;
        if (!lingers) return { snapshot: read.snapshot };
      }
      // The end is stored before it is published: what is not in the store now never will be.
      if (read && seen) return { finish: seen };
      const found = read && (await missed(read.snapshot));
      if (found) return found;
    }
  }

  /** Returns early when the run's last event comes. */
  private async sleep(milliseconds: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Undefined when the store did not answer. */
  private async read(): Promise<{ snapshot?: Snapshot } | undefined> {
    try {
      const snapshot = await readInTurn(() => this.parts.record.load());
      return { snapshot: snapshot && (snapshot.inngest?.leg ?? 0) >= this.leg ? snapshot : undefined };
    } catch (error) {
      this.parts.log.warn('A stored run could not be read; waiting goes on.', {
        ...this.parts.record.identity,
        reason: reasonOf(error),
      });
      return undefined;
    }
  }
}
