/** Prepares the continuation of a stored run: all checks come first, before a claim is stored and an event sent. */
import { randomUUID } from 'node:crypto';
import type { ExecutionGraph } from '@mastra/core/workflows';
import type { StepResults } from '../core-types';
import { reasonOf } from '../errors';
import { resumeTarget } from '../snapshot/resume-target';
import { type OwnGraph, graphChanged, isStranded, misfitOf, restartMisfit } from '../function/graph-fit';
import { travelParams } from '../function/travel-params';
import { type LegClaims, isInterrupted } from '../snapshot/leg-claim';
import { isAbandoned, nextLeg, type Snapshot, isAtRest } from '../snapshot/snapshot';
import { keptStory } from '../realtime/stored-events';
import { typedValues } from '../snapshot/typed-values';
import type { RunRecord } from '../snapshot/run-record';
import { continuedFrom } from '../snapshot/transitions';
import type { Leg } from '../wire/leg';
import { jsonSize } from '../wire/limits';
import type { StartRequest } from '../wire/start-event';
import type { RunState } from '../sdk/port';
import { type ResumeArguments, type TravelArguments, stepPath } from './arguments';
import { alreadyContinued, cannotContinue, notSuspended } from './errors';
import type { PreparedLeg } from './leg-sender';

/** How long core waits for a run that is about to suspend, and the pause between two reads, in milliseconds. */
const SUSPENDING = { patience: 2000, pause: 50 };
/** A run's input of up to so many bytes is sent with a resume, for the expressions in Inngest's options. */
const SMALL_INPUT = 64 * 1024;

const STEP_REQUIRED = 'Step is required and must be a valid step or array of steps';
const NEVER_STARTED = 'This workflow run was not suspended: nobody has ever started a run with this id';

/** What of a run is needed to continue it. */
export interface Continuable {
  record: RunRecord;
  /** `createRun` has just made the run: a row that is pending is its own, and no start was sent. */
  isNew?: boolean;
  graph: ExecutionGraph;
  /** The same as core serializes it. */
  serializedGraph: readonly unknown[];
  /** Whether the user's `shouldPersistSnapshot` lets `running` into the store. */
  storesRunning(results: StepResults): boolean;
  /** Checks a resumed step's data against its schema; returns the parsed value. */
  validateResumeData(data: unknown, path: readonly string[], snapshot: Snapshot): Promise<unknown>;
  validateTravelInput(input: unknown, stepId: string): Promise<unknown>;
  /** Ends a run whose start was sent and which never began, where Inngest says that it never will. */
  settleUnanswered(snapshot: Snapshot): Promise<void>;
  runState(inngestRunId: string): Promise<RunState>;
  /** All of the request but what is the leg's own. */
  request(args: object): StartRequest;
}

function ownGraph({ record, serializedGraph }: Continuable): OwnGraph {
  return { record, graph: serializedGraph };
}

/** @throws MastraInngestError `RUN_NOT_FOUND`, `RUN_NOT_SUSPENDED`, `STEP_NOT_SUSPENDED`, `STEP_AMBIGUOUS`, `GRAPH_CHANGED` */
export async function prepareResume(run: Continuable, args: ResumeArguments): Promise<PreparedLeg> {
  const snapshot = await suspendedSnapshot(run);
  const { label, forEachIndex, retryCount } = args;
  const wish = { steps: stepPath(args.step), label, forEachIndex, unchecked: Boolean(retryCount) };
  const target = resumeTarget(snapshot, wish, run.record.identity);
  const misfit = await misfitOf(ownGraph(run), snapshot, target.steps);
  if (misfit) throw graphChanged(run.record.identity, misfit, 'restart');
  const resumeData = await run.validateResumeData(args.resumeData, target.steps, snapshot);
  const leg = { kind: 'resume' as const, ...target, label, resumeData };
  const { input } = typedValues(snapshot).context;
  const inputData = jsonSize(input) <= SMALL_INPUT ? input : undefined;
  return preparedLeg(run, snapshot, { ...run.request(args), inputData }, leg);
}

/** @throws MastraInngestError `RUN_NOT_FOUND`, `RUN_ACTIVE`, `TIME_TRAVEL_IMPOSSIBLE` */
export async function prepareTimeTravel(run: Continuable, args: TravelArguments): Promise<PreparedLeg> {
  const steps = stepPath(args.step) ?? [];
  const { record } = run;
  if (steps.length === 0) throw cannotContinue(record, 'TIME_TRAVEL_IMPOSSIBLE', STEP_REQUIRED);
  const snapshot = await stored(record);
  if (!continuedFrom('time-travel').includes(snapshot.status)) {
    const why = `This workflow run is still running, cannot time travel (its status is ${snapshot.status})`;
    throw cannotContinue(record, 'RUN_ACTIVE', why);
  }
  const { resumeData, context, nestedStepsContext, initialState } = args;
  const isPlain = Boolean(args.inputData) && steps.length === 1;
  const inputData = isPlain ? await run.validateTravelInput(args.inputData, steps[0] ?? '') : args.inputData;
  const leg: Leg = { kind: 'time-travel', steps, resumeData, context, nestedStepsContext };
  const request = { ...run.request(args), inputData, initialState };
  requirePossible(run, snapshot, request, leg);
  return preparedLeg(run, snapshot, request, leg);
}

/** Core's own check. The execution makes the same parameters from the stored run again. */
function requirePossible(run: Continuable, snapshot: Snapshot, request: StartRequest, leg: Leg): void {
  try {
    travelParams({ leg, start: request, snapshot, graph: run.graph });
  } catch (error) {
    throw cannotContinue(run.record, 'TIME_TRAVEL_IMPOSSIBLE', reasonOf(error));
  }
}

/** True for a run that has ended by itself: to restart it gives its result again. */
export function hasResult(snapshot: Snapshot): boolean {
  return ['success', 'failed', 'tripwire'].includes(snapshot.status) && !isInterrupted(snapshot);
}

/** @throws MastraInngestError `RUN_NOT_ACTIVE`, `RUN_ACTIVE` while Inngest executes the run */
export async function prepareRestart(
  run: Continuable,
  snapshot: Snapshot,
  args: object,
): Promise<PreparedLeg> {
  const { record } = run;
  const { status } = snapshot;
  const isStuck = status === 'suspended' && (await isStranded(ownGraph(run), snapshot));
  const misfit = restartMisfit(snapshot, run.serializedGraph, run.graph.steps);
  if (misfit && (isStuck || (status !== 'suspended' && isInterrupted(snapshot))))
    throw graphChanged(record.identity, misfit, 'time travel');
  if (isStuck) return preparedLeg(run, snapshot, run.request(args), { kind: 'restart' });
  if (status === 'suspended' || !isInterrupted(snapshot)) {
    throw cannotContinue(
      record,
      'RUN_NOT_ACTIVE',
      `This workflow run was not active (its status is ${status})`,
    );
  }
  const state = await executionOf(run, snapshot);
  if (state === 'live')
    throw cannotContinue(record, 'RUN_ACTIVE', 'Inngest executes it, and goes on after a crash by itself');
  if (state === 'unreachable')
    throw cannotContinue(record, 'RUN_ACTIVE', 'Inngest does not say whether it executes it');
  return preparedLeg(run, snapshot, run.request(args), { kind: 'restart' });
}

/** Whether Inngest executes the run. Of a run that was not begun here nobody can say; core restarts it at once, and so do we. */
async function executionOf(run: Continuable, snapshot: Snapshot): Promise<RunState> {
  const { inngest } = snapshot;
  if (!inngest || inngest.elsewhere) return 'unknown';
  if (inngest.owner !== undefined) return run.runState(inngest.owner);
  return isAbandoned(snapshot, Date.now()) ? 'unknown' : 'live';
}

function preparedLeg(run: Continuable, snapshot: Snapshot, request: StartRequest, leg: Leg): PreparedLeg {
  const abandoned = isAbandoned(snapshot, Date.now()) && leg.kind === 'resume';
  const number = abandoned ? (snapshot.inngest?.leg ?? 1) : nextLeg(snapshot);
  const claim = { number, token: randomUUID() };
  const isStored = run.storesRunning(snapshot.context as StepResults);
  const claims = async (): Promise<LegClaims | undefined> => (isStored ? await run.record.legs() : undefined);
  return {
    request: { ...request, leg: { ...leg, claim } },
    before: snapshot,
    claim: async () => {
      const found = { ...snapshot, inngest: keptStory(snapshot) };
      const taken = (await (await claims())?.take(found, claim)) ?? true;
      if (!taken) throw await alreadyContinued(run.record, snapshot, leg.kind);
    },
    release: async spent => (await claims())?.release(snapshot, spent ? claim.number : undefined),
  };
}

/** @throws MastraInngestError `RUN_NOT_FOUND` */
async function stored(record: RunRecord, how: 'resume' | 'other' = 'other'): Promise<Snapshot> {
  const snapshot = await record.load();
  if (snapshot) return snapshot;
  const { workflowId, runId } = record.identity;
  const why =
    how === 'resume'
      ? `No snapshot found for this workflow run: ${workflowId} ${runId}`
      : `Snapshot not found for run ${runId}`;
  throw cannotContinue(record, 'RUN_NOT_FOUND', why);
}

/** The stored run. Where it has not begun, Inngest is asked first whether it ever will. @throws MastraInngestError `RUN_NOT_FOUND` */
export async function answered(run: Continuable, how?: 'resume'): Promise<Snapshot> {
  const { record, isNew } = run;
  const snapshot = await stored(record, how);
  if (snapshot.status !== 'pending' || isNew) return snapshot;
  await run.settleUnanswered(snapshot);
  return stored(record);
}

/** As core does, waits a little for a run that is about to suspend. */
async function suspendedSnapshot(run: Continuable): Promise<Snapshot> {
  const { record, isNew } = run;
  const deadline = Date.now() + SUSPENDING.patience;
  for (let snapshot = await answered(run, 'resume'); ; snapshot = await stored(record, 'resume')) {
    const { status } = snapshot;
    if (isNew && status === 'pending') throw cannotContinue(record, 'RUN_NOT_FOUND', NEVER_STARTED);
    if (status === 'suspended' || isAbandoned(snapshot, Date.now())) return snapshot;
    if (isAtRest(status) || Date.now() >= deadline) throw notSuspended(record, snapshot);
    await new Promise(resolve => setTimeout(resolve, SUSPENDING.pause));
  }
}
