/**
 * What the ops of a step told, kept by this process: a step of several ops (turns of a loop, items of a foreach, tries) has one
 * place in the store, so each write repeats what the others told. Another process reads it from there.
 */
import type { RunIdentity } from '../snapshot/snapshot';
import { EarlierOps } from '../realtime/stored-events';

/** Steps of which this process remembers what they told. */
const MAX_STEPS = 1000;

const known = new Map<string, RecentOps>();

export class RecentOps extends EarlierOps {
  private last: Promise<unknown> = Promise.resolve();

  /** Those of one step in one leg of a run. */
  static of({ workflowId, runId }: RunIdentity, leg: string, step: string): RecentOps {
    const key = JSON.stringify([workflowId, runId, leg, step]);
    const found = known.get(key) ?? new RecentOps();
    // Used again, it is the youngest.
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > MAX_STEPS && oldest !== undefined) known.delete(oldest);
    return found;
  }

  /** Work on the step's stored result, one after the other: items that run at once would overwrite each other. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }
}
