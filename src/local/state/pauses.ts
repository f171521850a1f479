import type { Timer } from '../clock';
import type { Expression } from '../expression/expression';
import { nameMatches } from './events';
import type { Run } from './run';

export type PauseKind = 'event' | 'signal' | 'invoke' | 'cancel';

/** Something outside a run that the run reacts to. */
export interface Pause {
  kind: PauseKind;
  /** The event's name, the signal, or the invocation's correlation id. */
  key: string;
  run: Run;
  /** The waiting step; a cancellation has none. */
  stepId: string;
  expression?: Expression;
  timer?: Timer;
  parallelMode?: string;
  /** The step's memo if the timer ends the wait. */
  onTimeout?: string;
  /** Which of the function's `timeouts` it is, if it is one: the timer cancels the run. */
  limit?: 'start' | 'finish';
}

/** Who waits for what. */
export class Pauses {
  readonly #byKey = new Map<string, Set<Pause>>();
  readonly #byRun = new Map<Run, Set<Pause>>();

  constructor(private readonly changed: (run: Run) => void) {}

  add(pause: Pause): void {
    this.changed(pause.run);
    const key = `${pause.kind} ${pause.key}`;
    this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(pause));
    this.#byRun.set(pause.run, (this.#byRun.get(pause.run) ?? new Set()).add(pause));
  }

  /** @returns `false` if it was gone already: a wait is resumed once */
  remove(pause: Pause): boolean {
    const key = `${pause.kind} ${pause.key}`;
    const same = this.#byKey.get(key);
    if (!same?.delete(pause)) return false;
    if (same.size === 0) this.#byKey.delete(key);
    const own = this.#byRun.get(pause.run);
    own?.delete(pause);
    if (own?.size === 0) this.#byRun.delete(pause.run);
    pause.timer?.cancel();
    this.changed(pause.run);
    return true;
  }

  removeAll(run: Run): void {
    for (const pause of this.of(run)) this.remove(pause);
  }

  of(run: Run): Pause[] {
    return [...(this.#byRun.get(run) ?? [])];
  }

  find(kind: PauseKind, key: string): Pause[] {
    return [...(this.#byKey.get(`${kind} ${key}`) ?? [])];
  }

  /** Waits or cancellations whose event name, possibly a pattern, covers `name`. */
  matching(kind: 'event' | 'cancel', name: string): Pause[] {
    const found = this.find(kind, name);
    for (const [key, pauses] of this.#byKey) {
      if (!key.endsWith('*') || !key.startsWith(`${kind} `)) continue;
      if (nameMatches(key.slice(kind.length + 1), name)) found.push(...pauses);
    }
    return found;
  }
}
