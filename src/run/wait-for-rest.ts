import { MastraInngestError, reasonOf } from '../errors';
import { eventsTopic, type RunEvent } from '../realtime/channel';
import { Pause } from '../pause';
import { readInTurn } from './reads';
import type { RunParts } from './run-parts';
import { type Snapshot, isAtRest, isTerminal } from '../snapshot/snapshot';
import { decodeValue } from '../wire/decode';

/**
 * How a run came to rest. A run is at rest when nothing of it executes and nothing is due: it has ended, or is suspended or paused.
 */
export interface Rested {
  /** As it is stored or, where the store has less than all of it, as its last event carries it. */
  snapshot?: Snapshot;
  /** What its last event says, where nothing is stored. */
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
  /** Ended by the run's last event. */
  private readonly pause = new Pause();
  private readonly listener = async (event: { data: unknown; leg?: number }): Promise<void> => {
    const { type, payload } = event.data as RunEvent;
    // The end of an earlier leg may be late, or come twice.
    if (type !== 'workflow-finish' || (event.leg ?? 0) < this.leg) return;
    this.finish = payload ?? {};
    this.pause.end();
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
      if (!this.finish || pause > FIRST_PAUSE) await this.pause.take(pause);
      const seen = this.finish;
      // The last event carries the run where the store has less than all of it.
      if (seen?.run !== undefined) return { snapshot: decodeValue(seen.run) as Snapshot };
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

/**
 * Waits for a run that somebody else may have begun, until it comes to rest or the time is over. A store that does not answer does
 * not end the wait.
 * @param settle ends a start that Inngest has dropped
 * @param maxWaitMs how long to wait, in milliseconds
 * @throws MastraInngestError `INVALID_ARGUMENTS`, `RUN_ACTIVE` where the time is over
 */
export async function waitUpTo(
  parts: RunParts,
  settle: (snapshot: Snapshot) => Promise<void>,
  maxWaitMs: number,
): Promise<Rested> {
  const { record } = parts;
  const { workflowId, runId } = record.identity;
  if (typeof maxWaitMs !== 'number' || !(maxWaitMs > 0)) {
    const text = `getRunOutput(): how long to wait for run ${runId} is a number of milliseconds above 0.`;
    throw new MastraInngestError('INVALID_ARGUMENTS', text, { workflowId, runId });
  }
  const deadline = performance.now() + maxWaitMs;
  const leg = (await record.load())?.inngest?.leg ?? 0;
  const waiter = new RestWaiter(parts, leg);
  await waiter.subscribe();
  try {
    return await waiter.wait(async snapshot => {
      if (performance.now() < deadline) return undefined;
      if (snapshot) await settle(snapshot);
      const last = await record.load();
      if (last && isTerminal(last.status)) return { snapshot: last };
      const status = last ? `its status is ${last.status}` : 'nothing of it is stored';
      throw new MastraInngestError(
        'RUN_ACTIVE',
        `Run ${runId} of workflow ${workflowId} has not come to rest in ${maxWaitMs} ms (${status}). It goes on: wait longer, or cancel it.`,
        { workflowId, runId },
      );
    });
  } finally {
    await waiter.close();
  }
}
