/** Where a step waits until its test lets it pass, or its run is cancelled. */
export class Gate {
  private readonly waiting = new Map<string, () => void>();
  private readonly open = new Set<string>();
  /** Runs that have come to the gate. */
  readonly arrived = new Set<string>();

  async pass(runId: string, signal?: AbortSignal): Promise<void> {
    this.arrived.add(runId);
    if (this.open.has(runId)) return;
    await new Promise<void>(resolve => {
      this.waiting.set(runId, resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  letPass(runId: string): void {
    this.open.add(runId);
    this.waiting.get(runId)?.();
  }
}
