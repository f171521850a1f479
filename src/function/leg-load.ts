/** The first op of a later leg: takes the run, and remembers where and with what it goes on. */
import { isDeepStrictEqual } from 'node:util';
import { FinalError, MastraInngestError } from '../errors';
import type { EngineParts } from '../engine/engine-parts';
import { GraphChange } from '../engine/graph-change';
import type { LegStart } from '../engine/leg-start';
import type { Operation } from '../engine/operations';
import { type Refusal, SealedFailure, seal, unseal } from '../wire/outcome';
import {
  emptySnapshot,
  legName,
  nextLeg,
  type Snapshot,
  isAtRest,
  isTerminal,
  isLeftBehind,
} from '../snapshot/snapshot';
import type { LegClaims } from '../snapshot/leg-claim';
import { opKey, packedStory, storedStory } from '../realtime/stored-events';
import type { Json } from '../wire/json';
import type { Leg } from '../wire/leg';
import { jsonSize } from '../wire/limits';
import type { StartRequest } from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import { misfitOf, graphChanged, isStranded, restartMisfit } from './graph-fit';
import { legMemo } from './leg-memo';
import { nestedRuns } from './nested-runs';
import { type ResumeTarget, resumeTarget } from '../snapshot/resume-target';
import type { RunBegin } from './run-begin';
import { validated } from './schema';

/** Bytes of a memo that one op holds; Inngest takes 4 MiB. */
const PART = 3 * 1024 * 1024;

/** How the leg begins. */
export type LegBeginning =
  | { kind: 'continued'; leg: LegStart }
  /** A nested run that had not begun when its parent was interrupted. */
  | { kind: 'fresh' }
  /** A nested run that had ended when its parent was interrupted. */
  | { kind: 'ended'; snapshot: Snapshot };

interface Taken {
  snapshot: Snapshot;
  target?: ResumeTarget;
  resumeData?: unknown;
}

/** Takes the stored run for one leg. */
export class LegLoader {
  constructor(
    private readonly workflow: RunnableWorkflow,
    private readonly start: StartRequest & { leg: Leg },
    private readonly parts: EngineParts,
    private readonly begin: RunBegin,
  ) {}

  /** @throws a refusal where the run is not to be continued so; nothing of it was changed then */
  async load(): Promise<LegBeginning> {
    const { operations, ids } = this.parts;
    const { kind } = this.start.leg;
    const first = await operations.begin(ids.leg(kind), operation => this.first(operation));
    const memo = unseal<{ text?: string; parts?: number; at: number }>(first);
    if (!memo?.parts) return memo as unknown as LegBeginning;
    let text = memo.text ?? '';
    for (let part = 1; part < memo.parts; part++) {
      const next = await operations.run(ids.leg(kind, part), async () => this.part(part, memo.at));
      text += unseal<{ text: string }>(next)?.text ?? '';
    }
    return unseal<LegBeginning & object>(JSON.parse(text)) as LegBeginning;
  }

  private async first(operation: Operation): Promise<Json> {
    const at = Date.now();
    try {
      const beginning = await this.take(at);
      operation.holdEvents({ log: false });
      this.begin.announce(operation);
      if (beginning.kind === 'continued') this.parts.trace.goOn(beginning.leg);
      this.begin.beginSpans();
      await this.keepStory(operation);
      operation.releaseEvents();
      const memo = seal(beginning);
      const size = jsonSize(memo);
      return size <= PART ? memo : seal({ ...slice(memo, 0), at });
    } catch (error) {
      throw asRefusal(error, this.parts.scope.runId);
    }
  }

  /** Stores the events so far: the results that they would be read from are about to be replaced. */
  private async keepStory(operation: Operation): Promise<void> {
    const { record } = this.parts.scope;
    const row = this.isStored() ? await record.load() : undefined;
    if (!row?.inngest) return;
    const story = storedStory(row);
    const told = operation.told();
    if (told.events.length > 0) story.ops.set(opKey(told), told);
    const events = packedStory(story, row.runId);
    // Places in the row are those of its own graph, and this leg's are those of this version's.
    const changed = GraphChange.between(row.serializedStepGraph, this.workflow.serializedStepGraph);
    const graph = changed && this.workflow.serializedStepGraph;
    if (!changed && isDeepStrictEqual(events, row.inngest.events ?? [])) return;
    const { graph: _graph, begins: _begins, ...inngest } = row.inngest;
    const noted = { ...inngest, events, ...(graph && { graph }) };
    await record.move('running', { inngest: noted }, ['running']);
  }

  /** The run is taken and nothing of it has executed, so its row still says what it said to the first op. */
  private async part(part: number, at: number): Promise<Json> {
    const taken = await this.takeForExecution();
    return seal(slice(seal(await this.beginning(taken, at)), part));
  }

  private async take(at: number): Promise<LegBeginning> {
    const nested = this.start.leg.kind === 'restart' && !this.start.leg.claim;
    const special = nested ? await this.takeNestedRestart() : undefined;
    return special ?? this.beginning(await this.takeForExecution(), at);
  }

  private async beginning({ snapshot, target, resumeData }: Taken, at: number): Promise<LegBeginning> {
    const { workflow, start, parts } = this;
    const { leg } = start;
    const graph = { id: workflow.id, steps: workflow.stepGraph };
    const { owner, previous, leg: stored = 0 } = snapshot.inngest ?? {};
    const number = leg.claim?.number ?? (owner === this.owner ? stored : nextLeg(snapshot));
    const interrupted = leg.kind === 'restart' ? legName(parts.scope.runId, number - 1, previous) : undefined;
    const elsewhere = previous === undefined && (owner === undefined || owner === this.owner);
    const begun = leg.kind === 'restart' ? await this.begunBefore(snapshot) : undefined;
    const of = { snapshot, leg, start, graph, target, resumeData, interrupted, begun, elsewhere, number, at };
    return { kind: 'continued', leg: legMemo(of, workflow.serializedStepGraph) };
  }

  /** A nested run that a leg before the interrupted one began has its id from that one, so the store is asked for it. */
  private async begunBefore(snapshot: Snapshot): Promise<LegStart['begun']> {
    const { interrupted = [] } = snapshot.inngest ?? {};
    if (interrupted.length < 2) return undefined;
    const { record } = this.parts.scope;
    const { stepGraph } = this.workflow;
    const found = await Promise.all(interrupted.map(leg => nestedRuns(record, snapshot, stepGraph, leg)));
    const begun: Record<string, string> = {};
    for (const { opId, record: nested } of found.flat()) if (opId) begun[opId] = nested.identity.runId;
    return begun;
  }

  private async takeForExecution(): Promise<Taken> {
    const { leg } = this.start;
    const claims = await this.claims();
    const snapshot = leg.claim || !this.isStored() ? await this.confirmed(claims) : undefined;
    const own = async () => claims.claim(this.owner, leg.kind, leg.handedOver ? isLeftBehind : undefined);
    if (leg.kind !== 'resume') return { snapshot: snapshot ?? (await own()) };

    // Checked before it is claimed: a resume that does not fit leaves the run suspended.
    const found = snapshot ?? (await this.require());
    const target = await this.target(found);
    const step = this.workflow.steps[target.steps[0] ?? ''];
    const schema = this.validates && leg.resumeData !== undefined ? step?.resumeSchema : undefined;
    const resumeData = leg.claim ? leg.resumeData : await validated(schema, leg.resumeData, 'resume data');
    return { snapshot: snapshot ?? (await own()), target, resumeData };
  }

  /** @throws MastraInngestError `GRAPH_CHANGED` where the step does not fit this version's graph */
  private async target(found: Snapshot): Promise<ResumeTarget> {
    const { scope } = this.parts;
    const target = resumeTarget(found, { ...this.start.leg, unchecked: false }, scope);
    const own = { record: scope.record, graph: this.workflow.serializedStepGraph };
    const misfit = await misfitOf(own, found, target.steps);
    if (misfit) throw graphChanged(scope, misfit, 'restart');
    return target;
  }

  private requireRestartable(found: Snapshot): void {
    const { serializedStepGraph, stepGraph } = this.workflow;
    const misfit = restartMisfit(found, serializedStepGraph, stepGraph);
    if (misfit) throw graphChanged(this.parts.scope, misfit, 'time travel');
  }

  private async confirmed(claims: LegClaims): Promise<Snapshot> {
    const { leg } = this.start;
    const check = async (found: Snapshot) => {
      if (leg.kind === 'resume') await this.target(found);
      if (leg.kind === 'restart') this.requireRestartable(found);
    };
    const snapshot =
      leg.claim && this.isStored()
        ? await claims.confirm(this.owner, leg.claim, check)
        : await this.require();
    if (!isTerminal(snapshot.status) || !this.isStored()) return snapshot;
    throw new FinalError('RUN_CANCELED', 'The run was cancelled before it went on.', this.parts.scope);
  }

  /** Undefined for a nested run that was interrupted itself. */
  private async takeNestedRestart(): Promise<LegBeginning | undefined> {
    const { scope } = this.parts;
    const found = await scope.record.load();
    const own = { record: scope.record, graph: this.workflow.serializedStepGraph };
    if (found && isAtRest(found.status) && !found.inngest?.elsewhere && !(await isStranded(own, found)))
      return { kind: 'ended', snapshot: found };
    if (found && found.status !== 'pending') return undefined;
    if (this.isStored()) {
      const ownership = { owner: this.owner, resourceId: scope.resourceId };
      await scope.record.claim(ownership, emptySnapshot(scope.runId, 'running'));
    }
    return { kind: 'fresh' };
  }

  private get owner(): string {
    return this.parts.scope.inngestRunId;
  }

  private get validates(): boolean {
    return this.parts.scope.options.validateInputs !== false;
  }

  /** `shouldPersistSnapshot` may keep `running` out of the store: then the event's id alone guards the leg (I5). */
  private isStored(): boolean {
    return this.parts.persistence.wanted('running', {});
  }

  private async claims(): Promise<LegClaims> {
    return (await this.parts.scope.record.legs()) ?? this.missing();
  }

  private async require(): Promise<Snapshot> {
    return (await this.parts.scope.record.load()) ?? this.missing();
  }

  private missing(): never {
    const { workflowId, runId } = this.parts.scope;
    throw new FinalError('RUN_NOT_FOUND', `Run ${runId} of workflow ${workflowId} is not in the store.`, {
      workflowId,
      runId,
    });
  }
}

function slice(memo: Json, part: number): { text: string; parts: number } {
  const text = JSON.stringify(memo);
  // By characters, not bytes; a third leaves room for characters that take three bytes.
  const length = Math.floor(PART / 3);
  return { text: text.slice(part * length, (part + 1) * length), parts: Math.ceil(text.length / length) };
}

/** An error of ours refuses the leg; anything else (the store is down) is tried again by Inngest. */
function asRefusal(error: unknown, runId: string): unknown {
  const code = MastraInngestError.is(error)
    ? error.code
    : isUserError(error)
      ? 'INVALID_EVENT_DATA'
      : undefined;
  if (code === undefined) return error;
  return new SealedFailure(error, { refused: { runId, code }, thrown: error } satisfies Refusal);
}

/** Resume data that its schema refuses, or a graph that does not fit the stored run. */
function isUserError(error: unknown): boolean {
  const { id, message } = error as { id?: unknown; message?: unknown };
  return id === 'WORKFLOW_SCHEMA_VALIDATION_FAILED' || /time travel/i.test(String(message));
}
