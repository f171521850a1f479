/** Fixes the order in which pieces of user code come to their end, where it would be chance. */

/** Turns of the process's own loop in which a server in this process has taken an answer in, or core a step's end. */
const TURNS = 60;
/** The same for a server elsewhere, in milliseconds. */
const ELSEWHERE = 300;

/** One case's order on one engine. */
export class Turns {
  private readonly ended = new Set<string>();

  constructor(
    private readonly order: readonly string[],
    /** True once the engine knows of the end of the op (or the nested workflow) of that name. */
    private readonly known: (name: string) => boolean,
    private readonly elsewhere = false,
  ) {}

  /** Executes `body`, known by any of the names, and ends when it is its turn. */
  async during<T>(names: readonly string[], body: () => T | Promise<T>): Promise<T> {
    for (const name of names) this.ended.add(`>${name}`);
    const place = this.order.findIndex(name => names.includes(name));
    if (place === -1) return body();
    try {
      return await body();
    } finally {
      await this.after(this.order.slice(0, place));
      for (const name of names) this.ended.add(name);
    }
  }

  private async after(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const isOpen = (name: string) => !this.ended.has(name) || (!name.startsWith('>') && !this.known(name));
    while (names.some(isOpen)) await new Promise(resolve => setTimeout(resolve, 2));
    if (this.elsewhere) await new Promise(resolve => setTimeout(resolve, ELSEWHERE));
    for (let turn = 0; turn < TURNS; turn++) await new Promise(resolve => setImmediate(resolve));
  }
}
