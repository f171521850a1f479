import type { RunEvent } from '../realtime/channel';
import type { Ending, RunListener } from '../run/tell-run';
import { HeardTries } from './call-tries';
import { isLast, lastEventOf } from './ending';
import { RestGate } from './rest-gate';
import { agentEventOf } from './stream-event';
import type { AgentEvent, Callback, Delivered } from './topics';
import { CallGate } from './whole-calls';

/** One listener of an agent's stream: gets its events from event `offset` on, each with its number, and the last one in any case. */
export class StreamSubscription implements RunListener {
  private readonly tries = new HeardTries();
  private readonly gate = new CallGate((event, isVoid) =>
    this.rest.pass(event, () => this.deliver(event, isVoid)),
  );
  private readonly rest: RestGate;
  private index = 0;
  private isOver = false;
  private unfollow = () => {};

  constructor(
    private readonly runId: string,
    private readonly offset: number,
    private readonly callback: Callback,
    /** What the store says of the run. */
    isAtRest: () => Promise<boolean>,
  ) {
    this.rest = new RestGate(isAtRest);
  }

  tell(event: RunEvent): void {
    const told = agentEventOf(this.runId, event);
    if (!told) return;
    // A marker that stands for several.
    this.index += told.count - 1;
    for (const one of this.tries.told(told)) this.gate.pass(one, told.callTry?.call);
  }

  /** A leg of the run is over. */
  rested(): void {
    this.rest.open();
  }

  ended(ending: Ending): void {
    this.gate.open();
    this.rest.open();
    this.end(lastEventOf(this.runId, ending));
  }

  /** The last event, whichever number it has; nothing where one was delivered. */
  end(event: AgentEvent): void {
    this.rest.open();
    this.index = Math.max(this.index, this.offset);
    this.deliver(event);
  }

  /** `unfollow`: what stops the run from telling. */
  opened(unfollow: () => void): void {
    this.unfollow = unfollow;
    if (this.isOver) unfollow();
  }

  stop(): void {
    this.isOver = true;
    this.rest.open();
    this.unfollow();
  }

  private deliver(event: AgentEvent, isVoid = false): void {
    const at = this.index++;
    if (this.isOver || isVoid || at < this.offset) return;
    this.isOver = isLast(event);
    // A listener that throws is the listener's business.
    void (async () => this.callback(delivered(event, at)))().catch(() => {});
  }
}

/** An event as core's pubsub delivers it. */
export function delivered(event: AgentEvent, index: number): Delivered {
  return { ...event, id: `${event.runId}#${index}`, index, createdAt: new Date() };
}
