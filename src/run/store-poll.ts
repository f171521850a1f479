import { unref } from '../unref';

/** Pauses between looks, in milliseconds: they grow by half. */
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 10_000;

/** Looks at the store again and again, for those who watch a run: its channel may lose events, the store does not. */
export class StorePoll {
  private timer?: NodeJS.Timeout;
  private isStopped = false;

  /** A look that fails is made again after the next pause. */
  constructor(private readonly look: () => Promise<unknown>) {
    this.lookAfter(FIRST_PAUSE);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private lookAfter(pause: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      const next = () => this.lookAfter(Math.min(pause * 1.5, LONGEST_PAUSE));
      this.look().then(next, next);
    }, pause);
    // Watching a run keeps no process alive.
    unref(this.timer);
  }
}
