import type { OutgoingEvent, RunState } from '../../../src/sdk/port';
import { emptySnapshot, type Ownership, type Snapshot, isTerminal } from '../../../src/snapshot/snapshot';
import { LegClaims } from '../../../src/snapshot/leg-claim';
import type { RunRecord } from '../../../src/snapshot/run-record';
import type { WorkflowsStore } from '../../../src/snapshot/store';
import type { StartRequest } from '../../../src/wire/start-event';

export type Outcome = 'suspended' | 'success' | 'failed';

/** One of Inngest's runs, op by op: takes the run, executes a step, brings it to rest. */
export class Execution {
  state: RunState = 'live';
  private phase = 0;
  private leg = 0;
  private isBusy = false;
  private claim?: Ownership['claim'];
  /** What the remembered step came to: the same however often the last op is done. */
  private outcome: Outcome = 'success';

  constructor(
    private readonly store: WorkflowsStore,
    private readonly record: RunRecord,
    readonly owner: string,
    private readonly request: StartRequest,
    private readonly bodies: { leg: number; owner: string }[],
    readonly event: OutgoingEvent,
  ) {}

  /** How its leg continues the run; undefined for the first. */
  get kind(): string | undefined {
    return this.request.leg?.kind;
  }

  /** An op that was under way when Inngest's run ended is done all the same. */
  get hasNext(): boolean {
    return !this.isBusy && this.phase < 3 && (this.state === 'live' || this.phase > 0);
  }

  /** Does the next op, and is done with it unless it crashes; answers whether the run failed in it. */
  async next(outcome: Outcome, crashes: boolean): Promise<'failed' | undefined> {
    this.isBusy = true;
    try {
      const goesOn = await [() => this.take(), () => this.step(outcome), () => this.settle()][this.phase]?.();
      if (crashes) return undefined;
      this.phase = goesOn ? this.phase + 1 : 3;
    } catch (error) {
      if ((error as { name?: string }).name !== 'NonRetriableError') throw error;
      this.phase = 3;
      this.state = 'over';
      return 'failed';
    } finally {
      this.isBusy = false;
    }
    if (this.phase === 3 && this.state === 'live') this.state = 'over';
    return undefined;
  }

  private async take(): Promise<boolean> {
    const { leg } = this.request;
    if (!leg) {
      const initial = emptySnapshot('run', 'running', { context: { input: {} } });
      return (await this.record.claim({ owner: this.owner }, initial)) === 'claimed';
    }
    const claims = new LegClaims(this.store, this.record.identity);
    const taken: Snapshot = leg.claim
      ? await claims.confirm(this.owner, leg.claim)
      : await claims.claim(this.owner, leg.kind);
    this.leg = taken.inngest?.leg ?? 0;
    this.claim = taken.inngest?.claim;
    return !isTerminal(taken.status);
  }

  private async step(outcome: Outcome): Promise<boolean> {
    this.outcome = outcome;
    this.bodies.push({ leg: this.leg, owner: this.owner });
    await this.record.saveStep('one', { status: 'success', output: {}, startedAt: 1, endedAt: 2 }, {});
    return true;
  }

  private async settle(): Promise<boolean> {
    const { owner, leg, claim, outcome } = this;
    const one = { status: 'success', output: {}, startedAt: 1, endedAt: 2, payload: {} };
    const ask = { status: 'suspended', payload: {}, startedAt: 3, suspendedAt: 4 };
    const suspended = outcome === 'suspended';
    await this.record.settle(
      emptySnapshot('run', outcome, {
        context: { input: {}, one, ...(suspended ? { ask } : {}) },
        suspendedPaths: suspended ? { ask: [1] } : {},
        result: outcome === 'success' ? { owner } : undefined,
        inngest: { owner, leg: leg || undefined, claim },
      }),
    );
    return true;
  }
}
