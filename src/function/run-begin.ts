import type { EngineParts } from '../engine/engine-parts';
import type { Operation } from '../engine/operations';
import { MastraInngestError } from '../errors';
import { packedStory } from '../realtime/stored-events';
import { startedSnapshot } from '../snapshot/snapshot';
import { canceledRun, claimAncestors } from './ancestor-claims';
import type { AncestorSpans } from './ancestor-spans';
import { activePathsOf } from './execution-path';
import { ownershipOf } from './scope';
import { announceStart, beginningRuns, publishHandedOver } from './parent-stream';
import type { RunInput } from './run-input';

/** The beginning of a run, in its first op; also of the runs that it is nested in, where they had no op of their own yet. */
export class RunBegin {
  constructor(
    private readonly parts: EngineParts,
    private readonly input: RunInput,
    private readonly above: readonly AncestorSpans[],
  ) {}

  /** Before the op's body: takes the run, and says that it began. */
  async take(operation: Operation): Promise<void> {
    const { input } = this;
    const { scope } = this.parts;
    await claimAncestors(scope.ancestors, scope.mastra, input.start).catch(async (error: unknown) => {
      // An earlier attempt of this op may have taken the run before its parent was cancelled.
      if (MastraInngestError.is(error) && error.code === 'RUN_CANCELED') await scope.record.move('canceled');
      throw error;
    });
    await input.take(this.parts);
    operation.holdEvents({ log: false });
    this.announce(operation);
    if (this.parts.persistence.wanted('running', {})) await this.claim(operation);
    operation.releaseEvents();
    this.beginSpans();
  }

  private async claim(operation: Operation): Promise<void> {
    const { input } = this;
    const { scope, graph, serializedGraph } = this.parts;
    const given = { inputData: input.data, initialState: input.state };
    const begun = startedSnapshot(scope.runId, given, {
      serializedStepGraph: [...serializedGraph],
    });
    const initial = { ...begun, ...activePathsOf(graph, begun) };
    const story = { ops: new Map([['', operation.told()]]), nested: [] };
    const told = operation.eventCount > 0 ? { events: packedStory(story, scope.runId) } : {};
    const outcome = await scope.record.claim({ ...ownershipOf(scope), ...told }, initial);
    if (outcome === 'canceled') throw canceledRun(scope);
  }

  /** Tells the streams of the runs above. */
  announce(operation: Operation): void {
    const { scope } = this.parts;
    publishHandedOver(operation, scope.ancestors);
    for (const begun of beginningRuns(scope))
      announceStart(operation, begun, this.input.data, scope.startedAt);
  }

  beginSpans(): void {
    const { scope, trace } = this.parts;
    if (!trace.root) return;
    for (const { ancestors } of beginningRuns(scope)) {
      const depth = ancestors.length;
      const step = this.above[depth - 1]?.step;
      if (step && ancestors.at(-1)?.retry === 0) trace.begin(step, scope.startedAt);
      const root = depth === scope.ancestors.length ? trace.root : this.above[depth]?.root;
      if (root) trace.begin(root, scope.startedAt);
    }
  }
}
