/** Reads of the store at once, however many runs are waited for. */
const READS_AT_ONCE = 16;

interface Entry {
  at: number;
  wake: () => void;
}

/**
 * The pauses and reads of all waiters of a process: one timer for all of them, and a few reads of the store at once, so that
 * a thousand waiters do not ask for a thousand connections.
 */
class Checks {
  private readonly entries = new Set<Entry>();
  private timer?: NodeJS.Timeout;
  private timerAt = Infinity;
  private reading = 0;
  private readonly queue: (() => void)[] = [];

  /** Calls `wake` once after a pause in milliseconds; the answer takes that back. */
  after(milliseconds: number, wake: () => void): () => void {
    const entry = { at: Date.now() + milliseconds, wake };
    this.entries.add(entry);
    this.plan(entry.at);
    return () => {
      this.entries.delete(entry);
      if (this.entries.size === 0) this.stop();
    };
  }

  private plan(at: number): void {
    if (at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => this.ring(), Math.max(0, at - Date.now()));
  }

  private ring(): void {
    this.timerAt = Infinity;
    const now = Date.now();
    const due = [...this.entries].filter(({ at }) => at <= now);
    for (const entry of due) this.entries.delete(entry);
    for (const { wake } of due) wake();
    const next = Math.min(...[...this.entries].map(({ at }) => at));
    if (Number.isFinite(next)) this.plan(next);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timerAt = Infinity;
  }

  /** Does a read when it is its turn. */
  async read<T>(body: () => Promise<T>): Promise<T> {
    if (this.reading >= READS_AT_ONCE) await new Promise<void>(resolve => this.queue.push(resolve));
    this.reading++;
    try {
      return await body();
    } finally {
      this.reading--;
      this.queue.shift()?.();
    }
  }
}

/** Those of this process. */
export const checks = new Checks();
