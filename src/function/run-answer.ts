import type { Context } from '../core-types';
import { type ContextImage, contextChange, contextImage, contextValue } from '../engine/context-change';
import { continuedResult } from '../engine/nested-leg';
import { GRAPH, SealedFailure, seal } from '../wire/outcome';
import type { RunScope } from '../engine/scope';
import { stateChange } from '../engine/state-change';
import { requireStorable } from '../engine/storable-values';
import { sameValue } from '../wire/encode';
import { jsonSize, LIMITS } from '../wire/limits';
import { serializedContext } from '../wire/request-context';
import { type RunResult, nestedOutcome, thrownIn } from '../engine/nested-outcome';
import type { RunInput } from './run-input';

/** What a run's function returns: for a nested run, what its parent goes on with. */
export class RunAnswer {
  private readonly contextAtStart: ContextImage;

  constructor(
    private readonly input: RunInput,
    private readonly requestContext: Context,
    /** The run says no more than its status: its results are large, and are in its row. */
    private readonly isShort = false,
  ) {
    this.contextAtStart = contextImage(serializedContext(requestContext));
  }

  /** What Inngest keeps as the function's output. A failed run is a failed function, also in the dashboard (I4). */
  of(scope: RunScope, run: RunResult, endedAt: number): unknown {
    const { runId } = scope;
    const nested = scope.ancestors.length > 0 ? this.outcome(scope, run, endedAt) : undefined;
    if (run.status === 'failed' || run.status === 'tripwire') {
      const { tripwire } = run as { tripwire?: { reason?: string } };
      const error = run.status === 'tripwire' ? tripwire?.reason : thrownIn(run);
      // What failed the run is in the log.
      throw new SealedFailure(error, nested ?? { runId, status: run.status }).withoutStack();
    }
    if (nested) return seal(nested);
    // Nobody but the dashboard reads it, and what Inngest does not take would fail a run that has ended well.
    return this.isShort || jsonSize(run) > LIMITS.stepOutput
      ? { status: run.status, runId }
      : { result: run, runId };
  }

  /** A nested run's result as its parent's step shows it; undefined for any other. */
  parentResult(scope: RunScope, run: RunResult, endedAt: number): Record<string, unknown> | undefined {
    const parent = scope.ancestors.at(-1);
    if (!parent) return undefined;
    const result = { ...this.outcome(scope, run, endedAt).result, payload: this.input.data };
    return parent.stepInfo ? continuedResult(result, parent.stepInfo) : result;
  }

  /** What a nested run hands to its parent goes through Inngest like what a step returns. */
  requireStorable({ ancestors, workflowId, runId }: RunScope, { status, result, state }: RunResult): void {
    if (ancestors.length === 0 || status !== 'success') return;
    const values = [
      { name: 'output', path: '$', value: result },
      { name: 'state', path: '$.state', value: state },
      contextValue(this.contextChange()),
    ];
    requireStorable(values, { workflowId, runId });
  }

  private outcome(scope: RunScope, run: RunResult, endedAt: number) {
    const { data, start } = this.input;
    const payload = { value: data, same: sameValue(data, start.inputData) };
    const { runId, startedAt, ancestors } = scope;
    const outcome = nestedOutcome(run, runId, { startedAt, endedAt }, payload, this.contextChange());
    const { owner, runId: parentRunId, graph } = ancestors.at(-1) ?? {};
    const state = this.stateForParent(scope, run);
    return { ...outcome, state, run: { owner, runId: parentRunId }, [GRAPH]: graph };
  }

  private contextChange() {
    return contextChange(this.contextAtStart, serializedContext(this.requestContext));
  }

  /**
   * In core, a nested run that begins works on its parent's state itself, so what others did to it meanwhile stays. Only where
   * the state is the run's own (its schema made it, or it was stored) does the run give it back whole, and not if it failed.
   */
  private stateForParent(
    { leg }: RunScope,
    { status, state }: RunResult,
  ): Record<string, unknown> | undefined {
    if (leg !== undefined || this.input.prepared?.ownState)
      return status === 'failed' || status === 'tripwire' ? undefined : state;
    return state && stateChange(this.input.givenState, state);
  }
}
