import type { Json } from '../json';
import { plain } from '../persist/plain';
import type { Recorder } from '../persist/recorder';
import type { FunctionConfig } from '../state/types';

/** What is held back of each function and key, with its record. */
export class Held<T> {
  readonly #byKey = new Map<string, T>();

  /** `kind`: its name in the record; `row`: what is recorded of it. */
  constructor(
    private readonly kind: string,
    private readonly recorder: Recorder,
    private readonly row: (held: T) => object,
  ) {}

  static keyOf(fn: FunctionConfig, key: string): string {
    return `${fn.uuid} ${key}`;
  }

  /** What was recorded before this server was started. */
  recorded(): { key: string; fnUuid: string; row: Json }[] {
    return [...this.recorder.read(this.kind)].map(([key, row]) => ({
      key,
      fnUuid: key.slice(0, key.indexOf(' ')),
      row,
    }));
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  /** Also for one that was there and has changed. */
  set(key: string, held: T): void {
    this.#byKey.set(key, held);
    this.#changed(key);
  }

  delete(key: string): void {
    this.#byKey.delete(key);
    this.#changed(key);
  }

  #changed(key: string): void {
    this.recorder.changed(`${this.kind} ${key}`, () => {
      const held = this.#byKey.get(key);
      return [[this.kind, key, held === undefined ? null : plain(this.row(held))]];
    });
  }
}
