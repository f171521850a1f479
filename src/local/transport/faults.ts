import type { Random } from '../random';

/** What happens to a request between the server and an app. */
export type FaultAction =
  /** The connection breaks before the app sees the request. */
  | { kind: 'drop' }
  /** The app executes the request, its answer is lost. */
  | { kind: 'dropAnswer' }
  /** The request is sent `ms` later. */
  | { kind: 'delay'; ms: number }
  /** The app gets the request twice; the first answer counts. */
  | { kind: 'duplicate' }
  /** The request waits until the next one has been answered, at most `ms` (default 1000). */
  | { kind: 'reorder'; ms?: number }
  /** Something in between answers with this status (default 502). */
  | { kind: 'status'; status?: number };

/** A request as a fault rule sees it. */
export interface FaultRequest {
  runId: string;
  /** The function's slug. */
  functionId: string;
  /** The planned step's id, or `step`. */
  stepId: string;
  attempt: number;
  /** How many requests were sent before, to any app. */
  index: number;
}

/** What happens to some of the requests. */
export interface FaultRule {
  action: FaultAction;
  /** Which requests it applies to; all if left out. */
  when?: (request: FaultRequest) => boolean;
  /** 0 to 1, drawn from the server's seed. Default 1. */
  probability?: number;
  /** How often it strikes before it is spent. Default: always. */
  times?: number;
}

/** The faults of a server. Rules are tried in the order in which they were added; the first that fits strikes. */
export class Faults {
  #rules: { rule: FaultRule; left: number }[] = [];
  #index = 0;
  /** What struck, for a test to look at. */
  readonly struck: { request: FaultRequest; action: FaultAction }[] = [];

  constructor(private readonly random: Random) {}

  /** Adds a rule. @returns a function that removes it */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.push(entry);
    return () => {
      this.#rules = this.#rules.filter(other => other !== entry);
    };
  }

  clear(): void {
    this.#rules = [];
  }

  get active(): boolean {
    return this.#rules.length > 0;
  }

  /** Draws what happens to the next request. */
  next(request: Omit<FaultRequest, 'index'>): FaultAction | undefined {
    const numbered = { ...request, index: this.#index++ };
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (entry.left < 1 || !(rule.when?.(numbered) ?? true)) continue;
      if (rule.probability !== undefined && this.random.next() >= rule.probability) continue;
      entry.left -= 1;
      this.struck.push({ request: numbered, action: rule.action });
      return rule.action;
    }
    return undefined;
  }
}
