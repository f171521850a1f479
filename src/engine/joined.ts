/** Steps that are executed in the op of the step before them, and remembered with it. */
import { DefaultExecutionEngine, type StepFlowEntry, getEntryId } from '@mastra/core/workflows';
import type { AnyStepResult, EntryParams, StepParams, StepResults, StepReturn } from '../core-types';
import { type Json, isRecord } from '../wire/json';
import { jsonSize, LIMITS } from '../wire/limits';
import { SealedFailure } from '../wire/outcome';
import { MastraInngestError } from '../errors';
import { applyStep } from './apply-step';
import type { EngineParts } from './engine-parts';
import { itemOf } from './foreach-progress';
import type { Operation } from './operations';
import { executePure, isPure } from './pure-entry';
import { MAX_MEMO_BYTES, type StepOutcome, failureMemo } from './step-memo';
import { type PostponedRetry, StepOperation, readStep } from './step-operation';

/** Key of the memos of the joined steps in that of the op's own step, by their index in the graph. */
const JOINED = 'joined';

/** Bytes that must be left in an op's result for its joined steps: with less, each gets an op of its own. */
const ROOM = 512 * 1024;

/** Which try of a step its op is. */
export interface Try {
  /** 0 for the first. */
  attempt: number;
  /** When the first began, in milliseconds since the epoch, where that was before this op. */
  startedAt: number | undefined;
}

/** Keeps what a memo has of joined steps until core comes to them, and answers that of the op's own step. */
export function takeJoined({ ahead }: EngineParts, memo: Json): Json {
  if (!isRecord(memo) || !isRecord(memo[JOINED])) return memo;
  const { [JOINED]: joined, ...own } = memo;
  for (const [index, one] of Object.entries(joined as Record<string, Json>)) ahead.set(Number(index), one);
  return own;
}

/** What is remembered of a step that was executed in the op of one before it. */
export function joinedStep(parts: EngineParts, params: StepParams): StepOutcome | undefined {
  const index = indexOf(params);
  const memo = index === undefined ? undefined : parts.ahead.get(index);
  return memo === undefined ? undefined : readJoined(parts, params, memo);
}

function readJoined(parts: EngineParts, params: StepParams, memo: Json): StepOutcome {
  const outcome = readStep(parts, params, memo);
  if ('result' in outcome) return outcome;
  throw (outcome as { thrown?: unknown }).thrown;
}

/** The place of a step that stands in the graph itself and is executed once. */
function indexOf({ executionContext, iterationCount }: StepParams): number | undefined {
  const { executionPath, foreachIndex } = executionContext;
  return executionPath.length > 1 || foreachIndex !== undefined || iterationCount
    ? undefined
    : executionPath[0];
}

/** The body of a step's op, and then of the steps that are joined to it. */
export async function performJoined(
  parts: EngineParts,
  params: StepParams,
  operation: Operation,
  { attempt, startedAt }: Try,
): Promise<Json> {
  const memo = await new StepOperation(parts, params, operation, attempt, startedAt).perform();
  const followers = followersOf(parts, params);
  const [first] = followers;
  if (!first || !isRecord(memo)) return memo;
  const room = MAX_MEMO_BYTES - jsonSize(memo);
  if (room < ROOM) return memo;
  const outcome = readStep(parts, params, memo);
  if ('retry' in outcome || outcome.result.output === undefined) return memo;
  const after = asEntry(params, applyStep(parts, params, outcome));
  const engine = new FollowerEngine(parts, operation, room);
  await engine.follow(followers, params, after);
  return Object.keys(engine.memos).length > 0 ? { ...memo, [JOINED]: engine.memos } : memo;
}

/** What a foreach gives of its only item, as core will; any other step gives what it gives. */
function asEntry(params: StepParams, returned: StepReturn): StepReturn {
  const { result } = returned;
  if (!isOnlyItem(params) || result.status !== 'success') return returned;
  const list = { ...result, payload: [params.prevOutput as unknown], output: [result.output as unknown] };
  return { ...returned, result: list, stepResults: { [params.step.id]: list } };
}

/** The item of a foreach that has no other one. */
function isOnlyItem(params: StepParams): boolean {
  return itemOf(params)?.foreach.totalCount === 1;
}

/** One entry that follows, and its index in the graph. */
type Follower = readonly [number, StepFlowEntry];

/** The entries that may be executed in this step's op: those after it, up to the last joined one. */
function followersOf({ graph, plan }: EngineParts, params: StepParams): Follower[] {
  const start = isOnlyItem(params) ? params.executionContext.executionPath[0] : indexOf(params);
  if (!plan || start === undefined) return [];
  const following = [...graph.entries()].slice(start + 1);
  const isNext = ([, entry]: Follower) =>
    entry.type === 'foreach' || [...plan.joined, ...plan.pure].includes(idOf(entry));
  const end = following.findIndex(one => !isNext(one));
  const all = end < 0 ? following : following.slice(0, end);
  return all.slice(0, all.findLastIndex(([, entry]) => plan.joined.includes(idOf(entry))) + 1);
}

function idOf(entry: StepFlowEntry): string {
  return entry.type === 'step' || entry.type === 'mapping' ? getEntryId(entry) : '';
}

/** Core's way from one entry to the next, within one op. */
class FollowerEngine extends DefaultExecutionEngine {
  /** What is to be remembered, by the steps' index in the graph. */
  readonly memos: Record<string, Json> = {};

  constructor(
    private readonly parts: EngineParts,
    private readonly operation: Operation,
    /** Bytes that are left for what is remembered. */
    private room: number,
  ) {
    const { mastra, options } = parts.scope;
    super({ mastra, options });
    this.__registerMastra(mastra);
  }

  /** Executes entries one after the other, until one does not succeed or has items, which have ops of their own. */
  async follow(followers: readonly Follower[], params: StepParams, after: StepReturn): Promise<void> {
    const stepResults: StepResults = { ...params.stepResults, ...after.stepResults };
    let { result, mutableContext } = after;
    for (const [index, entry] of followers) {
      if (result.status !== 'success' || params.abortController.signal.aborted) return;
      const output: unknown = result.output;
      if (entry.type === 'foreach' && !(Array.isArray(output) && output.length === 0)) return;
      const executionContext = {
        ...params.executionContext,
        state: mutableContext.state,
        executionPath: [index],
        foreachIndex: undefined,
        activeStepsPath: {},
        suspendedPaths: {},
        resumeLabels: {},
        stepExecutionPath: [],
      };
      const prevStep = this.parts.graph[index - 1];
      const { pubsub } = this.parts;
      const given = { ...params, entry, prevStep, stepResults, executionContext, pubsub };
      ({ result, mutableContext } = await this.executeEntry(given as unknown as EntryParams));
    }
  }

  override async executeStep(params: StepParams): Promise<StepReturn> {
    const { parts } = this;
    if (isPure(parts, params.step.id)) return executePure(parts, params);
    if (parts.plan?.isBusy?.(params.step.id, params, parts.scope.mastra))
      return this.stopped(params, undefined);
    const memo = this.within(
      params,
      await this.memoOf(new StepOperation(parts, params, this.operation, 0, undefined)),
    );
    const outcome: StepOutcome | PostponedRetry = readStep(parts, params, memo);
    // A durable pause, or what is no step's failure: for an op of its own, or for where core comes to it.
    if (!('result' in outcome)) return this.stopped(params, 'retry' in outcome ? undefined : memo);
    this.memos[String(indexOf(params))] = memo;
    return applyStep(parts, params, outcome);
  }

  /** A failed step fails no op of another one, so it is remembered as what it is. */
  private async memoOf(step: StepOperation): Promise<Json> {
    try {
      return await step.perform();
    } catch (error) {
      if (error instanceof SealedFailure) return error.cause as Json;
      throw error;
    }
  }

  /** The memo or, where it does not fit beside what the op remembers already, the step's failure. */
  private within(params: StepParams, memo: Json): Json {
    const size = jsonSize(memo);
    this.room -= size;
    if (this.room >= 0) return memo;
    const { workflowId, runId } = this.parts.scope;
    const stepId = params.step.id;
    return failureMemo(
      new MastraInngestError(
        'OUTPUT_TOO_LARGE',
        `Step ${stepId} is remembered in one Inngest step with what comes before it, and together they have more than the ` +
          `${LIMITS.stepOutput} bytes that Inngest stores (${size} of them are its own). Store large values elsewhere and pass references.`,
        { workflowId, runId, stepId },
      ),
    );
  }

  private stopped(params: StepParams, memo: Json | undefined): StepReturn {
    if (memo !== undefined) this.memos[String(indexOf(params))] = memo;
    const result: AnyStepResult = { status: 'waiting', payload: undefined, startedAt: 0 };
    return { result, stepResults: {}, mutableContext: this.buildMutableContext(params.executionContext) };
  }

  override async persistStepUpdate(): Promise<void> {}
}
