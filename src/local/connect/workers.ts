import { LocalServerError, NoAnswer } from '../errors';
import type { Worker } from './worker';

/** The workers that are connected, and which of them gets a request. */
export class Workers {
  readonly #workers = new Set<Worker>();
  readonly #waiting = new Set<() => void>();
  readonly #load = new Map<string, number>();
  #turn = 0;
  #stopped = false;

  /** `patience`: how long a request waits where no worker is connected, ms. */
  constructor(private readonly patience: number) {}

  add(worker: Worker): void {
    this.#workers.add(worker);
    this.changed();
  }

  remove(worker: Worker): void {
    this.#workers.delete(worker);
  }

  [Symbol.iterator](): IterableIterator<Worker> {
    return this.#workers.values();
  }

  /** Whether a worker of this app is connected. */
  hasApp(name: string): boolean {
    return [...this.#workers].some(({ functions }) => [...functions.values()].includes(name));
  }

  /** Has those that wait for a worker look again. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  /**
   * Takes a place at a worker for this function: the one with the fewest requests, and of those the one that waited longest. It waits
   * while all are busy, and a while if none is there.
   * @throws NoAnswer; LocalServerError `STOPPED`
   */
  async take(slug: string): Promise<Worker> {
    let deadline: number | undefined;
    for (;;) {
      if (this.#stopped) throw new LocalServerError('STOPPED', 'The server has been stopped.');
      const ready = [...this.#workers].filter(
        ({ phase, functions }) => phase === 'ready' && functions.has(slug),
      );
      const free = ready.filter(worker => this.#loadOf(worker) < worker.capacity);
      const [best] = free.sort((a, b) => this.#loadOf(a) - this.#loadOf(b) || a.turn - b.turn);
      if (best) {
        best.turn = ++this.#turn;
        this.#load.set(best.instanceId, this.#loadOf(best) + 1);
        return best;
      }
      deadline = ready.length > 0 ? undefined : (deadline ?? performance.now() + this.patience);
      const left = deadline === undefined ? undefined : deadline - performance.now();
      if (left !== undefined && left <= 0) throw new NoAnswer('Could not find a healthy connection');
      await this.#change(left);
    }
  }

  /** Gives the place back. */
  leave({ instanceId }: Worker): void {
    const left = (this.#load.get(instanceId) ?? 1) - 1;
    if (left > 0) this.#load.set(instanceId, left);
    else this.#load.delete(instanceId);
    this.changed();
  }

  stop(): void {
    this.#stopped = true;
    this.changed();
  }

  #loadOf({ instanceId }: Worker): number {
    return this.#load.get(instanceId) ?? 0;
  }

  async #change(limit: number | undefined): Promise<void> {
    await new Promise<void>(resolve => {
      const look = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const timer = limit === undefined ? undefined : setTimeout(look, limit);
      this.#waiting.add(look);
    });
  }
}
