/** Tells a step that its run was cancelled from outside: by `cancel()` in any process, or in Inngest's dashboard. */
import type { RunScope } from './scope';
import { unref } from '../unref';

/** When to look at what is stored of the run, in milliseconds. A step that is quicker than the first look costs nothing. */
const PAUSES = { first: 1000, next: 1500 };

/** Watches while the body of an op runs, and never longer (I2). */
export class OutsideCancel {
  private timer?: ReturnType<typeof setTimeout>;
  private over = false;

  private constructor(
    private readonly scope: RunScope,
    private readonly abort: AbortController,
  ) {}

  /** Runs an op's body; `abort` fires where the run is cancelled meanwhile. */
  static async during<T>(scope: RunScope, abort: AbortController, body: () => Promise<T>): Promise<T> {
    const watch = new OutsideCancel(scope, abort);
    watch.schedule(PAUSES.first);
    try {
      return await body();
    } finally {
      watch.stop();
    }
  }

  private schedule(pause: number): void {
    if (this.over || this.abort.signal.aborted) return;
    this.timer = setTimeout(() => void this.look(), pause);
    // The op itself keeps the process alive.
    unref(this.timer);
  }

  private stop(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    const canceled = await this.isCanceled();
    if (canceled && !this.over) this.abort.abort();
    this.schedule(PAUSES.next);
  }

  /** A store or server that does not answer says nothing: the run goes on. */
  private async isCanceled(): Promise<boolean> {
    try {
      const { record, ancestors, port, inngestRunId } = this.scope;
      const stored = await record.load();
      if (stored?.status === 'canceled') return true;
      for (const ancestor of ancestors) {
        if ((await record.sibling(ancestor).load())?.status === 'canceled') return true;
      }
      return stored === undefined && (await port.runState(inngestRunId)) === 'over';
    } catch {
      return false;
    }
  }
}

type RunTool = (id: unknown, body: (...args: unknown[]) => unknown, ...args: unknown[]) => Promise<unknown>;

/** Inngest's step tools for a native step's body: what it runs as a step of Inngest's own is watched, too. */
export function watchedTools(tools: unknown, scope: RunScope, abort: AbortController): unknown {
  return new Proxy(Object(tools) as object, {
    get: (target, property) => {
      const tool: unknown = Reflect.get(target, property);
      if (property !== 'run' || typeof tool !== 'function') return tool;
      const run: RunTool = (id, body, ...args) =>
        (tool as RunTool)(
          id,
          (...given) => OutsideCancel.during(scope, abort, async () => body(...given)),
          ...args,
        );
      return run;
    },
  });
}
