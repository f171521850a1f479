/**
 * Counts what is going on right now (requests to apps, jobs that are ready, events that are being dispatched),
 * so that moving time ahead can wait until the consequences of one instant have played out.
 */
export class Activity {
  #count = 0;
  #waiting = new Set<() => void>();

  enter(): void {
    this.#count += 1;
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const wake of [...this.#waiting]) wake();
  }

  get busy(): boolean {
    return this.#count > 0;
  }

  /** Resolves `true` once nothing goes on, `false` if that takes longer than `limit` ms of wall time. */
  async idle(limit: number): Promise<boolean> {
    if (!this.busy) return true;
    return await new Promise<boolean>(resolve => {
      const finish = (quiet: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(quiet);
      };
      const wake = (): void => finish(true);
      const timer = setTimeout(() => finish(false), limit);
      this.#waiting.add(wake);
    });
  }

  /** Whether nothing goes on and nothing begins in the next two turns: what an answer leads to may be scheduled only once it has been read. */
  async quiet(): Promise<boolean> {
    for (let turn = 0; turn < 2; turn++) {
      if (this.busy) return false;
      await new Promise(resolve => setImmediate(resolve));
    }
    return !this.busy;
  }
}
