import type { Expression } from '../expression/expression';
import type { Json } from '../json';
import { canonical, text } from '../json';
import type { Run } from '../state/run';
import type { FunctionConfig, StoredEvent } from '../state/types';
import type { Checks } from './checks';
import { uncheckedKey } from './checks';
import { keyValue } from './key';

/** A function's `singleton`: one run at a time. */
export interface Singleton {
  key: Expression | undefined;
  /** Whether a start while a run goes on is dropped, or takes its place. */
  mode: 'skip' | 'cancel';
}

/** Reads `singleton`. */
export function parseSingleton(given: Json | undefined, checks: Checks): Singleton | undefined {
  if (given === undefined || given === null) return undefined;
  const mode = text(given, 'mode')?.toLowerCase() ?? 'skip';
  if (mode !== 'skip' && mode !== 'cancel') throw checks.refuse(`"${mode}" is not a mode of singleton`);
  return { key: uncheckedKey(text(given, 'key')), mode };
}

/** What the runs of a function that exclude each other share; `undefined` for a key that is `false` or missing. */
export function singletonKey(
  fn: FunctionConfig,
  singleton: Singleton,
  event: StoredEvent,
): string | undefined {
  const value = singleton.key ? keyValue(singleton.key, event) : null;
  return value === false ? undefined : `${fn.uuid} ${canonical(value)}`;
}

/** Ended runs are forgotten once there are so many entries. */
const sweepAt = 1000;

/** Which run holds which singleton, until it ends. */
export class Singletons {
  readonly #holders = new Map<string, Run>();

  /** The run that goes on. */
  holder(key: string): Run | undefined {
    const run = this.#holders.get(key);
    return run?.ended ? undefined : run;
  }

  hold(key: string, run: Run): void {
    if (this.#holders.size >= sweepAt) this.#sweep();
    this.#holders.set(key, run);
  }

  #sweep(): void {
    for (const [key, run] of this.#holders) if (run.ended) this.#holders.delete(key);
  }
}
