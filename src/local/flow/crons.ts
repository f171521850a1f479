import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../clock';
import { names } from '../state/events';
import type { FunctionConfig, StoredEvent, Trigger } from '../state/types';
import type { Recorder } from '../persist/recorder';
import { Schedule, jitterOf } from './schedule';

interface Entry {
  fn: FunctionConfig;
  trigger: Trigger & { cron: string };
  schedule: Schedule;
  timer: Timer | undefined;
}

const second = 1000;

function keyOf(fn: FunctionConfig, { cron }: { cron: string }): string {
  return `${fn.uuid} ${cron}`;
}

/** Without fractions of a second, as the real server writes these times. */
function written(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** When a run of this due time starts: up to the trigger's jitter later, and always by the same delay. */
function startOf({ fn, trigger }: Entry, due: number): number {
  const range = jitterOf(trigger) - second;
  if (range < 0) return due;
  const drawn = createHash('sha1').update(`${fn.uuid} ${trigger.cron} ${due}`).digest().readUInt32LE();
  return due + second + (range === 0 ? 0 : drawn % range);
}

/** Starts functions when their cron triggers are due, each due time once and in order. */
export class Crons {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly clock: Clock,
    private readonly ulid: () => string,
    /** Makes a due time happen: the event is sent, and the function starts with it. */
    private readonly start: (fn: FunctionConfig, event: StoredEvent) => void,
    private readonly recorder: Recorder,
  ) {}

  /** Follows the registered functions. A schedule that stays the same goes on as it was. */
  follow(functions: readonly FunctionConfig[]): void {
    const left = new Set(this.#entries.keys());
    for (const fn of functions) {
      for (const trigger of fn.triggers) {
        if (trigger.cron === undefined) continue;
        const key = keyOf(fn, { cron: trigger.cron });
        left.delete(key);
        const entry = this.#entries.get(key);
        if (entry) Object.assign(entry, { fn, trigger });
        else this.#add(key, fn, { ...trigger, cron: trigger.cron });
      }
    }
    for (const key of left) {
      this.#entries.get(key)?.timer?.cancel();
      this.#entries.delete(key);
      this.recorder.changed(`cron ${key}`, () => [['cron', key, null]]);
    }
  }

  #add(key: string, fn: FunctionConfig, trigger: Entry['trigger']): void {
    const entry: Entry = { fn, trigger, schedule: new Schedule(trigger.cron), timer: undefined };
    this.#entries.set(key, entry);
    // What was due while there was no server is made up for, once.
    const due = this.recorder.read('cron').get(key);
    if (typeof due === 'number') this.#set(entry, due, () => this.clock.now());
    else this.#arm(entry, this.clock.now());
  }

  /** Counted from the due time before, so that none is left out where the clock jumps over several. */
  #arm(entry: Entry, after: number): void {
    const due = entry.schedule.next(after);
    if (due !== undefined) this.#set(entry, due, () => due);
  }

  #set(entry: Entry, due: number, goesOnAfter: () => number): void {
    const key = keyOf(entry.fn, entry.trigger);
    this.recorder.changed(`cron ${key}`, () => [['cron', key, due]]);
    entry.timer = this.clock.at(due, () => {
      this.#arm(entry, goesOnAfter());
      this.start(entry.fn, this.#event(entry, due));
    });
  }

  #event(entry: Entry, due: number): StoredEvent {
    const at = startOf(entry, due);
    const data = { cron: entry.trigger.cron, fireAt: written(at), scheduledAt: written(due) };
    return {
      internalId: this.ulid(),
      // Together with the function this is the start's idempotency key: two schedules due at once start one run.
      id: written(due),
      name: names.cron,
      data,
      ts: at,
      receivedAt: this.clock.now(),
      bytes: JSON.stringify(data).length,
    };
  }
}
