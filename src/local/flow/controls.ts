import type { Expression } from '../expression/expression';
import type { JsonObject } from '../json';
import type { StartLimit } from '../state/start-limit';
import { parseStartLimit } from '../state/start-limit';
import type { Batch } from './batch';
import { parseBatch } from './batch';
import type { Checks } from './checks';
import type { Concurrency } from './concurrency';
import { parseConcurrency } from './concurrency';
import type { Debounce } from './debounce';
import { parseDebounce } from './debounce';
import { parsePriority } from './priority';
import type { Singleton } from './singleton';
import { parseSingleton } from './singleton';
import type { Throttle } from './throttle';
import { parseThrottle } from './throttle';

/** A function's flow control, read and checked. */
export interface Controls {
  /** `rateLimit` or `idempotency`. */
  startLimit: StartLimit | undefined;
  concurrency: Concurrency;
  throttle: Throttle | undefined;
  debounce: Debounce | undefined;
  singleton: Singleton | undefined;
  priority: Expression | undefined;
  batch: Batch | undefined;
}

/**
 * Reads the flow control that a function was registered with: `flow` is the part of the registration that holds it.
 * @throws RegistrationProblem for what the real server refuses
 */
export function parseControls(registered: JsonObject, flow: JsonObject, checks: Checks): Controls {
  return {
    startLimit: parseStartLimit(flow, checks.compiled, checks.refuse),
    concurrency: parseConcurrency(flow['concurrency'], checks),
    throttle: parseThrottle(flow['throttle'], checks),
    debounce: parseDebounce(flow['debounce'], checks),
    singleton: parseSingleton(flow['singleton'], checks),
    priority: parsePriority(flow['priority'], checks),
    batch: parseBatch(registered, checks),
  };
}
