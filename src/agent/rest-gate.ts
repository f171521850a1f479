import { unref } from '../unref';
import type { AgentEvent } from './topics';

/** Milliseconds between looks at the store; after the last, the event is delivered as it is. */
const LOOKS = [0, 50, 100, 200, 400, 800, 1600];

/**
 * Holds the word that a run is suspended until the run is: it is told by the op that suspends, before the run's row says so, and whoever hears
 * it may answer at once.
 */
export class RestGate {
  private held: (() => void)[] | undefined;

  /** `isAtRest`: what the store says of the run. */
  constructor(private readonly isAtRest: () => Promise<boolean>) {}

  /** Delivers the event now or, after one that is held, when that is delivered. */
  pass({ type }: AgentEvent, deliver: () => void): void {
    if (this.held) return void this.held.push(deliver);
    if (type !== 'suspended') return deliver();
    this.held = [deliver];
    void this.look(this.held);
  }

  /** The run is at rest, or nothing comes any more. */
  open(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const deliver of held) deliver();
  }

  private async look(held: (() => void)[]): Promise<void> {
    for (const pause of LOOKS) {
      await new Promise<void>(resolve => {
        unref(setTimeout(resolve, pause));
      });
      if (this.held !== held) return;
      if (await this.isAtRest().catch(() => false)) break;
    }
    if (this.held === held) this.open();
  }
}
