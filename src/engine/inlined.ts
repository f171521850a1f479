/** A nested workflow that its parent's function executes: no invocation, no run and no row of its own. */
import type { NestableWorkflow } from '../brand';
import type { ExecuteParams, PersistParams, StepParams, StepResults } from '../core-types';
import { FinalError } from '../errors';
import { type SuspendedSteps, resumeTarget } from '../snapshot/resume-target';
import { decodeValue } from '../wire/decode';
import { encodeRecord } from '../wire/encode';
import { ContainerTimes } from './container-times';
import type { EngineParts } from './engine-parts';
import type { RunEnd } from './engine';
import type { Attempt } from './nested';
import { type NestedOutcome, type RunResult, nestedOutcome } from './nested-outcome';
import { OperationIds } from './operation-ids';
import { planOf } from './plan';

/** The engine that executes the nested graph. */
export interface InnerEngine {
  readonly end: RunEnd;
  execute<_State, _Input, Output>(params: ExecuteParams): Promise<Output>;
}

/** How far a suspended one is, as its parent's row has it. */
interface Suspended extends SuspendedSteps {
  stepExecutionPath?: string[] | undefined;
  state: Record<string, unknown>;
}

/** One nested workflow at one place of its parent, within one execution request. */
export class InlinedRun {
  constructor(
    private readonly outer: EngineParts,
    private readonly params: StepParams,
    private readonly child: NestableWorkflow,
  ) {}

  async execute(current: Attempt, engineOf: (parts: EngineParts) => InnerEngine): Promise<NestedOutcome> {
    const { params, outer } = this;
    const before = this.before(current);
    const parts = this.parts(current, before);
    const engine = engineOf(parts);
    const { startedAt } = outer.times.latest();
    const run = await engine.execute<unknown, unknown, RunResult>(this.executeParams(parts, current, before));
    const { startedAt: endedAt } = parts.times.latest();
    const payload = { value: params.prevOutput as unknown, same: true };
    const outcome = nestedOutcome(run, outer.scope.runId, { startedAt, endedAt }, payload, undefined);
    if (outcome.suspends && engine.end.persist) this.keep(engine.end.persist);
    else outer.inlined.delete(params.step.id);
    return { ...outcome, state: run.state };
  }

  /** What was stored of it, where it goes on. */
  private before({ leg }: Attempt): Suspended | undefined {
    const { scope } = this.outer;
    const { id: stepId } = this.params.step;
    if (!leg) return undefined;
    const stored = scope.leg?.inlined?.[stepId];
    if (leg.data.kind === 'resume' && stored) return decodeValue(stored) as Suspended;
    const { workflowId, runId } = scope;
    throw new FinalError(
      'TIME_TRAVEL_IMPOSSIBLE',
      `Workflow ${this.child.id} is executed as a part of ${workflowId}, and nothing is stored of how far it was in run ${runId}. ` +
        'Start another run.',
      { workflowId, runId, stepId },
    );
  }

  private parts({ id }: Attempt, before: Suspended | undefined): EngineParts {
    const { outer, child, params } = this;
    const plan = planOf(child);
    const scope = {
      ...outer.scope,
      workflowId: child.id,
      options: { ...child.options, validateInputs: outer.scope.options.validateInputs },
      leg: before && outer.scope.leg,
      legResults: before && (decodeValue(encodeRecord(before.context)) as StepResults),
    };
    return {
      ...outer,
      scope,
      graph: child.stepGraph,
      serializedGraph: child.serializedStepGraph,
      lastEntry: child.stepGraph.length - 1,
      ids: new OperationIds(child.stepGraph, plan?.names, `${id} › `),
      plan,
      ahead: new Map(),
      inlined: new Map(),
      times: new ContainerTimes(outer.times.latest().startedAt),
      host: { parts: outer, params },
    };
  }

  private executeParams(parts: EngineParts, current: Attempt, before: Suspended | undefined): ExecuteParams {
    const { params, child, outer } = this;
    const { executionContext, requestContext, abortController, actor, outputWriter, tracingContext } = params;
    return {
      workflowId: child.id,
      runId: outer.scope.shownRunId,
      resourceId: outer.scope.resourceId,
      graph: { id: child.id, steps: [...child.stepGraph] },
      serializedStepGraph: [...child.serializedStepGraph],
      input: params.prevOutput as unknown,
      initialState: before?.state ?? executionContext.state,
      resume: before && this.resume(parts, current, before),
      pubsub: parts.pubsub,
      requestContext,
      actor,
      abortController,
      workflowSpan: tracingContext?.currentSpan as ExecuteParams['workflowSpan'],
      outputWriter,
      outputOptions: { includeState: true, includeResumeLabels: true },
      disableScorers: params.disableScorers,
      format: executionContext.format,
    };
  }

  private resume({ scope }: EngineParts, { leg }: Attempt, before: Suspended): ExecuteParams['resume'] {
    const { steps, label, forEachIndex, resumeData } = leg?.data ?? {};
    const target = resumeTarget(before, { steps, label, forEachIndex }, scope);
    const path = before.suspendedPaths[target.steps[0] ?? ''] ?? [];
    return {
      steps: target.steps,
      stepResults: decodeValue(encodeRecord(before.context)) as StepResults,
      resumePayload: resumeData,
      resumePath: [...path],
      stepExecutionPath: before.stepExecutionPath && [...before.stepExecutionPath],
      forEachIndex: target.forEachIndex,
      label,
    };
  }

  /** It is stored with its parent, when that is suspended. */
  private keep({ stepResults, executionContext }: PersistParams): void {
    const { suspendedPaths, resumeLabels, stepExecutionPath, state } = executionContext;
    const kept: Suspended = { context: stepResults, suspendedPaths, resumeLabels, stepExecutionPath, state };
    this.outer.inlined.set(this.params.step.id, encodeRecord(kept));
  }
}
