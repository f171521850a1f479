import { guarded } from './errors';

/** A timer that has been set. */
export interface Timer {
  readonly at: number;
  cancel(): void;
}

interface Entry {
  at: number;
  order: number;
  run: () => void;
  /** Its place in the heap, or -1 once it has fired or was cancelled. */
  index: number;
}

// Longer delays make setTimeout fire at once.
const longestDelay = 2 ** 31 - 1;

/**
 * The server's time. It runs with the wall clock until {@link Clock.skipTo} moves it ahead; everything that
 * waits (sleeps, retries, timeouts, token expiry) asks it, so a test can let a week pass in a millisecond.
 */
export class Clock {
  #heap: Entry[] = [];
  #order = 0;
  #offset = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  readonly #began = performance.now();

  /** `isStill`: time passes by {@link Clock.skipTo} alone, and `wall` gives the same always. */
  constructor(
    private readonly wall: () => number = Date.now,
    private readonly isStill = false,
  ) {}

  /**
   * How far the apps' clocks are ahead of one that stands still, ms: the dates that they send are of theirs. Not by
   * `Date`, which a test may set.
   */
  get lag(): number {
    return this.isStill ? Math.round(performance.now() - this.#began) : 0;
  }

  /**
   * When an app's date is, on this clock. For one that stands still, what is less than a second ahead is now: the clocks of a machine
   * drift apart, and what an app says of now must not be ahead of it.
   */
  ofApp(date: number): number {
    const at = date - this.lag;
    const ahead = at - this.now();
    return this.isStill && ahead > 0 && ahead < 1000 ? this.now() : at;
  }

  /** Milliseconds since 1970. */
  now = (): number => Math.floor(this.wall() + this.#offset);

  /** Runs `run` once it is `at`; entries with the same time run in the order they were set. */
  at(at: number, run: () => void): Timer {
    const entry: Entry = { at, order: this.#order++, run, index: -1 };
    if (!this.#stopped) {
      this.#insert(entry);
      this.#arm();
    }
    return { at, cancel: () => this.#remove(entry) };
  }

  /** When the next entry falls due. */
  next(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Moves time ahead (never back) without running anything by itself. */
  skipTo(at: number): void {
    this.#offset += Math.max(0, at - this.now());
    this.#arm();
  }

  /** Runs the first entry that is due; `false` if none is. */
  runDue(): boolean {
    const first = this.#heap[0];
    if (!first || first.at > this.now()) return false;
    this.#remove(first);
    guarded(first.run);
    return true;
  }

  stop(): void {
    this.#stopped = true;
    this.#heap = [];
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const first = this.#heap[0];
    if (!first || (this.isStill && first.at > this.now())) return;
    const delay = Math.min(longestDelay, Math.max(0, first.at - this.now()));
    this.#timer = setTimeout(() => this.#tick(), delay);
  }

  #tick(): void {
    while (this.runDue());
    this.#arm();
  }

  #insert(entry: Entry): void {
    entry.index = this.#heap.push(entry) - 1;
    this.#up(entry.index);
  }

  #remove(entry: Entry): void {
    const { index } = entry;
    if (index < 0) return;
    entry.index = -1;
    const last = this.#heap.pop();
    if (!last || last === entry) return;
    this.#heap[index] = last;
    last.index = index;
    this.#up(index);
    this.#down(last.index);
  }

  #before(a: Entry, b: Entry): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(i: number, j: number): void {
    const a = this.#heap[i];
    const b = this.#heap[j];
    if (!a || !b) return;
    this.#heap[i] = b;
    this.#heap[j] = a;
    b.index = i;
    a.index = j;
  }

  #up(start: number): void {
    for (let i = start; i > 0;) {
      const parent = (i - 1) >> 1;
      const [entry, above] = [this.#heap[i], this.#heap[parent]];
      if (!entry || !above || !this.#before(entry, above)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #down(start: number): void {
    for (let i = start; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        const [candidate, best] = [this.#heap[child], this.#heap[least]];
        if (candidate && best && this.#before(candidate, best)) least = child;
      }
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }
}
