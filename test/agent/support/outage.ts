/** A store that is down for a while. */
import type { InMemoryStore } from '@mastra/core/storage';

/** How long a store that hangs takes to answer, in milliseconds. */
const HANGS = 400;

type Method = (...args: unknown[]) => unknown;

export class Outage {
  constructor(
    /** Which calls count: of a store of workflows (`workflows.loadWorkflowSnapshot`), or of messages. */
    private readonly concerns: RegExp,
  ) {}

  /** The calls so far, by name. */
  readonly calls: string[] = [];
  private from = Infinity;
  private count = 0;
  private kind: 'refuses' | 'hangs' = 'refuses';

  /** From call number `from` on (0-based), so many calls fail, or are answered late. */
  begin(kind: 'refuses' | 'hangs', from: number, count: number): void {
    this.calls.length = 0;
    Object.assign(this, { kind, from, count });
  }

  /** The store as a process sees it that is cut off from it. */
  storeOf(store: InMemoryStore): object {
    return new Proxy(store, {
      get: (target, key) => {
        if (key === 'getStore')
          return async (name: 'workflows') => this.domain(name, await target.getStore(name));
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  private domain(name: string, domain: object | undefined): object | undefined {
    if (!domain) return domain;
    return new Proxy(domain, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function' || key in Object.prototype) return value;
        if (!this.concerns.test(`${name}.${String(key)}`)) return value.bind(target) as unknown;
        return async (...args: unknown[]) => {
          await this.pass(`${name}.${String(key)}`);
          return (value as Method).apply(target, args);
        };
      },
    });
  }

  private async pass(name: string): Promise<void> {
    const place = this.calls.push(name) - 1;
    if (place < this.from || place >= this.from + this.count) return;
    if (this.kind === 'refuses') throw new Error(`The store is down (${name}).`);
    await new Promise(resolve => setTimeout(resolve, HANGS));
  }
}
