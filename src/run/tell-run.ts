import type { RunEvent } from '../realtime/channel';
import { isEnd } from '../realtime/events';
import { type Snapshot, isTerminal } from '../snapshot/snapshot';
import { StorePoll } from './store-poll';
import type { ObservedRun } from './observed-run';

/** How a run ended. */
export interface Ending {
  status: string;
  result?: unknown;
  error?: unknown;
}

/** Somebody who is told of a run as long as it lives. */
export interface RunListener {
  tell(event: RunEvent): void;
  /** All of a leg was told. */
  rested?(): void;
  ended(ending: Ending): void;
}

/**
 * Tells a run's events from its beginning on, leg after leg: a run that is suspended is followed until it goes on and ends. The run need
 * not be stored yet. Resolves once the channel's messages arrive, to what stops it.
 */
export async function tellRun(run: ObservedRun, listener: RunListener): Promise<() => void> {
  let lastEvent: RunEvent | undefined;
  const reader = run.reader(event => {
    if (!isEnd(event)) return listener.tell(event);
    lastEvent = event;
    listener.rested?.();
  });
  let hasEnded = false;
  let wasStored = false;
  const end = async (snapshot: Snapshot | undefined) => {
    if (hasEnded) return;
    hasEnded = true;
    await reader.complete(snapshot);
    stop();
    listener.ended(snapshot ? await endingOf(run, snapshot) : toldEnding(lastEvent));
  };
  /** `last`: a leg's last event has come, so what is not in the store never will be. */
  const checkEnd = async (last = false) => {
    const read = await run.record.load().then(
      snapshot => ({ snapshot }),
      () => undefined,
    );
    if (!read) return;
    const { snapshot } = read;
    const isGone = !snapshot && (last || wasStored);
    wasStored ||= snapshot !== undefined;
    if (isGone || (snapshot && isTerminal(snapshot.status))) await end(snapshot);
    else if (snapshot && !last) await reader.lookAgain(snapshot);
  };
  const poll = new StorePoll(() => checkEnd());
  let unfollow = () => {};
  const stop = () => {
    hasEnded = true;
    poll.stop();
    unfollow();
    reader.close();
  };
  unfollow = await run.listen(reader, () => void checkEnd(true));
  void reader.open().then(async snapshot => {
    wasStored ||= snapshot !== undefined;
    if (snapshot && isTerminal(snapshot.status)) await end(snapshot);
  });
  return stop;
}

async function endingOf(run: ObservedRun, snapshot: Snapshot): Promise<Ending> {
  const { status } = snapshot;
  try {
    const { result, error } = (await run.result(snapshot)) as Partial<Ending>;
    return { status, result, error };
  } catch (error) {
    return { status, error };
  }
}

/** Of a run that is not stored, or not any more, its last event is all there is. */
function toldEnding(lastEvent: RunEvent | undefined): Ending {
  const { workflowStatus = 'unknown', result, error } = lastEvent?.payload ?? {};
  return { status: String(workflowStatus), result, error };
}
