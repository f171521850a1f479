/** Notes when step bodies end. They run in the same process as the caller, hence on the same clock. */
export class Probe {
  private readonly runs = new Map<string, { bodies: number; lastAt: number; ended: boolean }>();
  private wake?: () => void;

  /** To be called at the end of every step body. */
  mark(run: string): void {
    const entry = this.of(run);
    entry.bodies++;
    entry.lastAt = performance.now();
    this.wake?.();
  }

  /** To be called at the end of a hand-written function. */
  end(run: string): void {
    this.of(run).ended = true;
    this.wake?.();
  }

  lastAt(run: string): number {
    return this.of(run).lastAt;
  }

  /** Resolves when a run has executed that many bodies. */
  async bodies(run: string, count: number): Promise<void> {
    await this.until(() => this.of(run).bodies >= count, `${count} step bodies of run ${run}`);
  }

  /** Resolves when a hand-written function has come to its end. */
  async ended(run: string): Promise<void> {
    await this.until(() => this.of(run).ended, `the end of run ${run}`);
  }

  private of(run: string) {
    let entry = this.runs.get(run);
    if (!entry) {
      entry = { bodies: 0, lastAt: 0, ended: false };
      this.runs.set(run, entry);
    }
    return entry;
  }

  private readonly waiting = new Set<() => void>();

  private async until(condition: () => boolean, what: string): Promise<void> {
    this.wake ??= () => {
      for (const check of [...this.waiting]) check();
    };
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Waited two minutes for ${what}`)), 120_000);
      const check = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }
}
