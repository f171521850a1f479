import type { Recorder } from '../persist/recorder';

/** What is remembered at most; what was set first is forgotten first. */
const CAPACITY = 10_000;

/** Instants in ms by key, of which those that have passed are forgotten. */
export class Deadlines {
  readonly #byKey = new Map<string, number>();

  constructor(
    /** Under which they are recorded. */
    private readonly kind: string,
    private readonly recorder: Recorder,
  ) {
    for (const [key, instant] of recorder.read(kind)) this.#byKey.set(key, Number(instant));
  }

  /** The key's instant, if it is still to come. */
  after(now: number, key: string): number | undefined {
    const instant = this.#byKey.get(key);
    return instant !== undefined && instant > now ? instant : undefined;
  }

  set(key: string, instant: number, now: number): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, instant);
    this.#changed(key);
    for (const [old, end] of this.#byKey) {
      if (end > now && this.#byKey.size <= CAPACITY) break;
      this.#byKey.delete(old);
      this.#changed(old);
    }
  }

  #changed(key: string): void {
    const { kind } = this;
    this.recorder.changed(`${kind} ${key}`, () => [[kind, key, this.#byKey.get(key) ?? null]]);
  }
}
