import type { Before } from '../realtime/lane';
import { streamImage } from '../realtime/image';
import { Publisher } from '../realtime/publisher';
import type { RunEvent } from '../realtime/channel';
import type { RunScope } from './scope';
import { unref } from '../unref';

/** How many ops may be done whose events are still on their way. */
const MAX_TRAILING_OPS = 4;

const NOTHING: Before = { stored: Promise.resolve(), sent: Promise.resolve() };

/**
 * What is on its way in this process, by the name of the leg. A request whose connection breaks off goes on here, and the one
 * that takes its place tells what comes next after it.
 */
const onTheirWay = new Map<string, Before>();
/** For how long, in milliseconds: what hangs must not hold up the next request. */
const LONGEST_WAIT = 1000;

/** What a broken-off request of this leg still has on its way here. */
function leftBehind(legName: string): Before {
  const before = onTheirWay.get(legName);
  if (!before) return NOTHING;
  const end = new Promise<void>(resolve => unref(setTimeout(resolve, LONGEST_WAIT)));
  return { stored: Promise.race([before.stored, end]), sent: Promise.race([before.sent, end]) };
}

/** A remembered op, and what it published. */
interface Repeatable {
  id: string;
  events: () => RunEvent[];
}

/**
 * The events of one execution request that are still on their way. With checkpointing, the next step begins when the server
 * has the last one's result, and there is no reason why it should wait for that one's events, too. So they trail, within
 * bounds that keep streams complete and in order (I9):
 *
 * - The request's answer waits for them. Where the SDK has no way to let it wait, no event trails.
 * - An op is done when those of the op four before are sent, so at most four remembered ops miss some.
 * - Only events trail that can be told again from what is remembered: the three of a step that succeeded.
 * - When a request comes after one that broke off (its attempt is not 0), those of the last four are told again, under their
 *   old ids.
 */
export class TrailingEvents {
  /** What the next op's events follow. */
  private before: Before;
  /** The same of each of the ops that ended last, the oldest first. */
  private readonly ends: Promise<unknown>[] = [];
  /** The last ops that were done already, as far as their events may be missing. */
  private last: Repeatable[] = [];

  constructor(private readonly scope: RunScope) {
    this.before = leftBehind(scope.legName);
    scope.beforeAnswer?.(() => this.settle());
  }

  /** A publisher for the op that begins: its events follow all that are on their way. */
  publisher(id: string): Publisher {
    this.repeatLast();
    return this.follower(id);
  }

  /** Ends an op; with `mayTrail` its own events need not have arrived. */
  async end(publisher: Publisher, mayTrail: boolean): Promise<void> {
    const { stored } = this.before;
    const all = Promise.all([this.before.sent, publisher.flush()]);
    if (!mayTrail || !this.scope.beforeAnswer) return void (await all);
    this.follow({ stored: Promise.all([stored, publisher.stored()]), sent: all });
    this.ends.push(all);
    if (this.ends.length > MAX_TRAILING_OPS) await this.ends.shift();
  }

  /** An op turned out to be done already. Without events: it ended when all were sent, so none before it misses any. */
  remembered(done?: Repeatable): void {
    if (this.scope.attempt > 0) this.last = done ? [...this.last, done].slice(-MAX_TRAILING_OPS) : [];
  }

  private async settle(): Promise<void> {
    this.repeatLast();
    await this.before.sent;
  }

  private repeatLast(): void {
    if (!this.scope.beforeAnswer) return;
    for (const { id, events } of this.last.splice(0)) {
      const publisher = this.follower(id);
      for (const event of events()) publisher.publish(streamImage(event), this.scope.targets);
      const { stored, sent } = this.before;
      this.follow({
        stored: Promise.all([stored, publisher.stored()]),
        sent: Promise.all([sent, publisher.flush()]),
      });
    }
  }

  private follow(before: Before): void {
    const { legName } = this.scope;
    this.before = before;
    onTheirWay.set(legName, before);
    void before.sent.then(() => {
      if (onTheirWay.get(legName) === before) onTheirWay.delete(legName);
    });
  }

  private follower(id: string): Publisher {
    const { wire, legName, gathering } = this.scope;
    return new Publisher(wire, `${legName}/${id}`, gathering, this.before);
  }
}
