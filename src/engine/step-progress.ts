import { reasonOf } from '../errors';
import type { AnyStepResult, StepParams } from '../core-types';
import {
  type StoredOp,
  independent,
  opKey,
  pack,
  riderOf,
  storedStory,
  visible,
  withRider,
} from '../realtime/stored-events';
import { isRecord } from '../wire/json';
import { serializedContext } from '../wire/request-context';
import { type EngineParts, type Host, shownStep } from './engine-parts';
import type { Operation } from './operations';
import { briefResult } from './plan';
import { RecentOps } from './recent-ops';
import { unref } from '../unref';

/** After how long, in milliseconds, a step that still executes is stored as it stands; each further time twice as long. */
const FIRST_LOOK = 1000;
const LONGEST_PAUSE = 8000;

const START = 'workflow-step-start';

interface Written {
  /** Missing: what is stored of the step stays, and only what was told is added. */
  result: object | undefined;
  requestContext: Record<string, unknown>;
  told: StoredOp;
  /** Where the step changed it, or still executes. */
  state?: Record<string, unknown>;
  partial?: true;
}

/**
 * What is stored of one step's op, for those who look at the run from outside: its result with what the op told and, of a step
 * that takes long, how far it is. A failed write is logged: it must not run the step again.
 */
export class StepProgress {
  private timer?: NodeJS.Timeout;
  private saving: Promise<void> = Promise.resolve();
  /** How many of the op's events are stored while the step executes. */
  private stored = 0;

  constructor(
    private readonly parts: EngineParts,
    private readonly params: StepParams,
    private readonly operation: Operation,
  ) {}

  private get stepId(): string {
    return shownStep(this.parts, this.params);
  }

  /** Runs the step's body, and stores how far it is from time to time. */
  async during<T>(body: () => Promise<T>): Promise<T> {
    this.lookLater(FIRST_LOOK);
    try {
      return await body();
    } finally {
      clearTimeout(this.timer);
      await this.saving;
    }
  }

  private lookLater(pause: number): void {
    this.timer = setTimeout(() => {
      // A test that has this process dead has had the step executed again: it must not be shown as it stood here.
      if (this.parts.scope.port.testHook?.isDead()) return;
      this.saving = this.savePartial();
      this.lookLater(Math.min(pause * 2, LONGEST_PAUSE));
    }, pause);
    unref(this.timer);
  }

  /** Stores how far the step is, if it has told anything new. */
  async savePartial(): Promise<void> {
    const { parts, params, operation } = this;
    const { eventCount } = operation;
    if (eventCount === this.stored || !parts.persistence.wanted('running', params.stepResults)) return;
    const { iterationCount = 1, executionContext } = params;
    const isFirst = iterationCount === 1 && executionContext.foreachIndex === undefined;
    await this.write({
      // A restart goes on from the turn or the item that is stored, so its result stays in its place.
      result: parts.host ? hosted(parts.host) : isFirst ? this.begun() : undefined,
      requestContext: serializedContext(params.requestContext),
      told: operation.told(),
      state: executionContext.state,
      partial: true,
    });
    this.stored = eventCount;
  }

  /** The step as its start shows it. */
  private begun(): Record<string, unknown> | undefined {
    for (const one of this.operation.told().events) {
      if (typeof one === 'number' || !('event' in one) || one.event.type !== START) continue;
      const { id: _id, stepCallId: _call, ...begun } = one.event.payload ?? {};
      return begun;
    }
    return undefined;
  }

  /** Stores how the step ended. `state`: where the step changed it. `told`: what the op told. */
  async save(
    result: AnyStepResult,
    requestContext: Record<string, unknown>,
    state: Record<string, unknown> | undefined,
    told: StoredOp,
  ): Promise<void> {
    const { persistence, host } = this.parts;
    const { step, stepResults } = this.params;
    if (host) {
      if (persistence.wanted('running', stepResults))
        await this.write({ result: hosted(host), requestContext, told });
      return;
    }
    const results = { ...stepResults, [step.id]: result };
    const isLast = this.stored === 0 && this.endsTheRun(result, told);
    const isStored =
      !(isLast && persistence.wanted('success', results)) && persistence.wanted('running', results);
    if (!isStored) return;
    const shown = this.parts.plan && result.status !== 'suspended' ? briefResult(result) : result;
    await this.write({ result: shown, requestContext, told, state });
  }

  /**
   * After the graph's last step comes the run's last op, which stores everything: a write less for each run, where the result
   * says all that the step told.
   */
  private endsTheRun({ status }: AnyStepResult, { events }: StoredOp): boolean {
    const { executionContext, iterationCount, abortController } = this.params;
    // A cancelled run executes no more ops.
    if (abortController.signal.aborted) return false;
    const { executionPath, foreachIndex } = executionContext;
    const once = iterationCount === undefined && foreachIndex === undefined && executionPath.length === 1;
    // Of a run's first op the result does not say what it told of the run's beginning.
    const waited = this.parts.operations.toldOps.waitingBefore(this.operation.id).length;
    const isPlain = events.slice(waited).every(one => typeof one === 'number');
    return status === 'success' && once && isPlain && executionPath[0] === this.parts.lastEntry;
  }

  private async write(written: Written): Promise<void> {
    const { scope } = this.parts;
    const { stepId } = this;
    await this.operation.logged();
    const recent = RecentOps.of(scope.record.identity, scope.legName, stepId);
    try {
      await recent.inTurn(() => this.writeInTurn(recent, written));
    } catch (error) {
      scope.log.warn('The progress of a step could not be stored; the run goes on.', {
        workflowId: scope.workflowId,
        runId: scope.runId,
        stepId,
        reason: reasonOf(error),
      });
    }
  }

  private async writeInTurn(
    recent: RecentOps,
    { result, requestContext, told, ...rest }: Written,
  ): Promise<void> {
    const { scope } = this.parts;
    const { stepId } = this;
    const before = result ? undefined : (await scope.record.load())?.context[stepId];
    const stored = result ?? (isRecord(before) ? visible(before) : undefined);
    if (!stored) return;
    await this.recall(recent, told);
    const packed = [...recent.but(told), told].map(op => pack(op, scope.runId, stepId));
    const { state, partial } = result ? rest : riderOf(before);
    // A copy: the in-memory store keeps the very object, and what follows takes the payload out of this one.
    const saved = withRider(
      { ...stored },
      { ...(state && { state }), ...(partial && { partial }), told: packed },
    );
    await scope.record.saveStep(stepId, saved, requestContext);
    recent.add(independent(told, stored));
  }

  /** Earlier ops of the step that another process performed stand in the row; failing that, their results tell of them. */
  private async recall(recent: RecentOps, told: StoredOp): Promise<void> {
    const { scope, operations } = this.parts;
    const missing = operations.toldOps.earlier(this.stepId, told.op, key => recent.has(key));
    if (missing.length === 0) return;
    const row = await scope.record.load();
    const stored = row ? storedStory(row).ops : undefined;
    for (const op of missing) recent.add(stored?.get(opKey(op)) ?? op);
  }
}

/** An inlined workflow as it is stored while it executes. */
function hosted({ parts }: Host): object {
  return { status: 'running', startedAt: parts.times.latest().startedAt };
}
