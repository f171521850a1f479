/** Waiting for something of a run: until it is so, or can't become so any more without the test. */
import type { Core } from '../local/executor/core';
import { MastraInngestError } from '../errors';
import type { Executions } from './executions';
import type { RunView } from './run-view';
import { remedyOf, standstillOf } from './standstill';

/** Above every wait for activity: what lasts longer is asked for again. */
const LOOK_AGAIN = 60_000;

export interface Awaited<T> {
  /** Such as `the status "success"`. */
  what: string;
  /** What was waited for, once it is there. */
  find: () => T | undefined;
}

export class RunWaiter {
  constructor(
    private readonly core: Core,
    private readonly executions: Executions,
  ) {}

  /** Something executes or is due. */
  get isBusy(): boolean {
    return this.core.activity.busy;
  }

  /** @throws MastraInngestError `RUN_WAITS`, `RUN_IS_OVER` */
  async until<T>(
    view: RunView,
    awaited: Awaited<T>,
    place: { workflowId?: string; runId?: string },
  ): Promise<T> {
    for (;;) {
      const changed = this.executions.next();
      const found = await this.look(view, awaited);
      if (found !== undefined) return found;
      if (this.core.activity.busy) {
        await Promise.race([changed, this.core.activity.idle(LOOK_AGAIN)]);
      } else if (await this.core.activity.quiet()) {
        const last = await this.look(view, awaited);
        if (last !== undefined) return last;
        throw this.never(view, awaited.what, place);
      }
    }
  }

  private async look<T>(view: RunView, { find }: Awaited<T>): Promise<T | undefined> {
    await view.refresh();
    return find();
  }

  private never(
    view: RunView,
    what: string,
    place: { workflowId?: string; runId?: string },
  ): MastraInngestError {
    const runs = view.inngestRuns;
    const standstill = standstillOf(this.core, runs);
    const remedy = remedyOf(standstill, this.core.clock.now());
    const tree = `\n\n${view.tree()}`;
    if (standstill.reasons.length > 0) {
      const why = `It does not come to ${what} by itself: ${standstill.reasons.join('; ')}`;
      return new MastraInngestError('RUN_WAITS', `${why}${remedy ? `: ${remedy}` : ''}.${tree}`, place);
    }
    if (view.suspendedAt.length > 0) {
      const steps = view.suspendedAt.map(id => `"${id}"`).join(', ');
      const call = `call run.resume({ step: '${view.suspendedAt[0]}', resumeData })`;
      return new MastraInngestError(
        'RUN_WAITS',
        `It does not come to ${what} by itself: it is suspended at ${steps}: ${call}.${tree}`,
        place,
      );
    }
    if (runs.length === 0) {
      const why =
        'Inngest has started no run for it. Its function’s options (debounce, rateLimit, singleton, idempotency) put it off or ' +
        'dropped it; what is put off comes with app.advance(…)';
      return new MastraInngestError('RUN_WAITS', `It does not come to ${what}: ${why}.${tree}`, place);
    }
    return new MastraInngestError(
      'RUN_IS_OVER',
      `It never came to ${what}: the run is over (${view.status})${failureOf(view)}.${tree}`,
      place,
    );
  }
}

function failureOf({ snapshot }: RunView): string {
  const { message } = (snapshot?.error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? `, with the error: ${message}` : '';
}
