/** A bar on a terminal, a line every tenth of the way elsewhere. */
export class Progress {
  private done = 0;
  private shown = -1;
  private readonly startedAt = performance.now();

  constructor(private readonly total: number) {}

  step(what: string): void {
    this.done++;
    const share = Math.min(1, this.done / this.total);
    if (process.stdout.isTTY) this.draw(share, what);
    else this.print(share, what);
  }

  end(): void {
    if (process.stdout.isTTY) process.stdout.write('\n');
  }

  private draw(share: number, what: string): void {
    const width = 24;
    const filled = Math.round(share * width);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
    const line = `${bar} ${this.percent(share)} ${this.left(share)}  ${what}`;
    process.stdout.write(`\r\u001b[2K${line.slice(0, (process.stdout.columns ?? 80) - 1)}`);
  }

  private print(share: number, what: string): void {
    const tenth = Math.floor(share * 10);
    if (tenth === this.shown) return;
    this.shown = tenth;
    process.stdout.write(`${this.percent(share)} ${this.left(share)}  ${what}\n`);
  }

  private percent(share: number): string {
    return `${Math.floor(share * 100)} %`.padStart(5);
  }

  private left(share: number): string {
    const passed = (performance.now() - this.startedAt) / 1000;
    return `(${Math.round(passed)} s, about ${Math.round(passed / share - passed)} s left)`;
  }
}
