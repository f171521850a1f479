/**
 * `generate()` gives the result of the run, and what its model had said before a crash is no part of it. So there, what a model says is
 * heard once its call is over.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isRestart } from './call-tries';
import { isLast } from './ending';
import type { AgentEvent } from './topics';

const wanted = new AsyncLocalStorage<boolean>();

/** Whoever subscribes in `body` hears of whole calls. */
export function hearingWholeCalls<T>(body: () => Promise<T>): Promise<T> {
  return wanted.run(true, body);
}

/** An event as it is delivered. `isVoid`: it takes its place in the stream, and is not heard. */
export type Deliver = (event: AgentEvent, isVoid?: boolean) => void;

/** Delivers events at once or, in `hearingWholeCalls`, when the call that they are of is over. */
export class CallGate {
  private readonly holds = wanted.getStore() === true;
  private held: { call: string; events: AgentEvent[] } | undefined;

  constructor(private readonly deliver: Deliver) {}

  /** `call`: of the model, where the event is of one. */
  pass(event: AgentEvent, call: string | undefined): void {
    if (!this.holds) return this.deliver(event);
    if (call === undefined || call !== this.held?.call) this.open();
    if (call === undefined) return this.deliver(event);
    this.held ??= { call, events: [] };
    this.held.events.push(event);
    if (isLast(event) || event.type === 'suspended') this.open();
  }

  /** Delivers what was held. */
  open(): void {
    const events = this.held?.events ?? [];
    this.held = undefined;
    const restarted = events.findLastIndex(isRestart);
    events.forEach((event, place) => this.deliver(event, place <= restarted));
  }
}
