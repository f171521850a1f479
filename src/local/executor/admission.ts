import { Batcher, isBatched } from '../flow/batch';
import { Debouncer } from '../flow/debounce';
import { Singletons, singletonKey } from '../flow/singleton';
import { names } from '../state/events';
import type { FunctionConfig, StoredEvent } from '../state/types';
import type { Clock } from '../clock';
import type { Recorder } from '../persist/recorder';
import type { Core } from './core';
import { cancelRun } from './finalize';
import { RateLimits } from './rate-limits';
import { Idempotency, startRun } from './start';

/** What came of a start: `limited` is over the rate limit, `dropped` for another reason, `held` comes later. */
export type Admitted = 'started' | 'limited' | 'dropped' | 'held';

/**
 * Whether the event's id makes it start the function once: one that the caller gave. Invocations start it in any
 * case, and with a debounce the real server does not look at ids.
 */
function onceOnly(fn: FunctionConfig, event: StoredEvent): boolean {
  return event.id !== event.internalId && event.name !== names.invoked && !fn.controls.debounce;
}

/** The function may have been changed or taken away meanwhile. */
function startBatch(core: Core, fnUuid: string, events: StoredEvent[], batchedAt: number): void {
  const current = core.registry.find(fnUuid);
  if (current) startRun(core, current, events, { batchedAt });
}

/** Decides what comes of an event that is to start a function, in the real server's order of rules. */
export class Admission {
  readonly #idempotency: Idempotency;
  readonly #singletons = new Singletons();
  readonly #rates: RateLimits;
  readonly #debouncer: Debouncer;
  readonly #batcher: Batcher;

  constructor(clock: Clock, recorder: Recorder) {
    this.#idempotency = new Idempotency(recorder);
    this.#rates = new RateLimits(clock, recorder);
    this.#debouncer = new Debouncer(clock, recorder);
    this.#batcher = new Batcher(clock, recorder);
  }

  /** Goes on with what was held back, and held, before this server was started. */
  restore(core: Core): void {
    for (const run of core.store.runs.values()) {
      const { singleton } = run.options;
      if (singleton !== undefined && !run.ended) this.#singletons.hold(singleton, run);
    }
    this.#debouncer.restore((fnUuid, event) => this.#afterDebounce(core, fnUuid, event));
    this.#batcher.restore(fnUuid => (events, since) => startBatch(core, fnUuid, events, since));
  }

  /** Starts a run now, later or never. One that is over the rate limit leaves its event's id free. */
  start(core: Core, fn: FunctionConfig, event: StoredEvent): Admitted {
    const { batch, debounce } = fn.controls;
    // First: neither ids nor the rate limit count for what is batched.
    if (batch && isBatched(batch, event)) {
      this.#batcher.hold(fn, batch, event, (events, since) => startBatch(core, fn.uuid, events, since));
      return 'held';
    }
    if (onceOnly(fn, event) && this.#idempotency.used(fn, event.id, core.clock.now())) return 'dropped';
    if (!this.#rates.admit(fn, event)) return 'limited';
    if (!debounce) return this.#begin(core, fn, event);
    this.#debouncer.hold(fn, debounce, event, last => this.#afterDebounce(core, fn.uuid, last));
    return 'held';
  }

  /** The function may have been changed or taken away meanwhile. */
  #afterDebounce(core: Core, fnUuid: string, event: StoredEvent): void {
    const current = core.registry.find(fnUuid);
    if (current) this.#begin(core, current, event);
  }

  #begin(core: Core, fn: FunctionConfig, event: StoredEvent): Admitted {
    const { singleton } = fn.controls;
    const key = singleton && singletonKey(fn, singleton, event);
    const holder = key === undefined ? undefined : this.#singletons.holder(key);
    if (holder && singleton?.mode === 'skip') return 'dropped';
    if (holder) cancelRun(core, holder);
    if (onceOnly(fn, event)) this.#idempotency.use(fn, event.id, core.clock.now());
    const run = startRun(core, fn, [event], { singleton: key });
    if (key !== undefined) this.#singletons.hold(key, run);
    return 'started';
  }
}
