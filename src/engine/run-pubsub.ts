import { PubSub } from '@mastra/core/events';
import { NESTED_TOPIC, type RunEvent, type StreamTarget, eventsTopic } from '../realtime/channel';
import { isStepEnd } from '../realtime/events';
import { isRecord } from '../wire/json';
import { type Operation, type Operations, currentOperation } from './operations';

type PublishedToCore = Parameters<PubSub['publish']>[1];

/** The step whose body runs in an op. */
interface StepInOperation {
  /** A step is reported as started once, however often it is tried. */
  muteStarts?: boolean;
  /** Id of the step: its end is told when it is stored, so that whoever hears of it finds it. */
  endsWith?: string;
}

/**
 * The pubsub that core publishes a run's events on. Inside an op they go out at once; outside they wait for the next op.
 */
export class RunPubSub extends PubSub {
  constructor(
    private readonly runId: string,
    private readonly operations: Operations,
    private readonly chunkTargets: readonly StreamTarget[],
    /**
     * The op whose events these are. Inside one it is named, because code that is called back from a socket runs in the
     * async context of whoever opened the socket, which may be another run's op.
     */
    private readonly operation?: Operation,
    private readonly step: StepInOperation = {},
  ) {
    super();
  }

  override async publish(topic: string, event: PublishedToCore): Promise<void> {
    // As core's own watcher does: events of a run with another id (an item of a foreach) are not the parent's.
    if (event.runId !== this.runId) return;
    if (topic === eventsTopic(this.runId)) this.emit(event.data as RunEvent);
    else if (topic === NESTED_TOPIC) this.emit(fromNested(event.data));
  }

  /** The same pubsub for the body of one op. */
  within(operation: Operation, step?: StepInOperation): RunPubSub {
    return new RunPubSub(this.runId, this.operations, this.chunkTargets, operation, step);
  }

  /** Sends one event, now or with the next op. */
  emit(event: RunEvent | undefined): void {
    const { muteStarts, endsWith } = this.step;
    if (!event || (muteStarts && event.type === 'workflow-step-start')) return;
    const operation = this.operation ?? currentOperation();
    if (!operation) return this.operations.defer(event);
    if (endsWith !== undefined && event.payload?.id === endsWith && isStepEnd(event)) operation.holdEvents();
    operation.publish(withCallId(event, operation));
  }

  /** Sends what a step wrote: it reaches every stream above as it is, as core's writers do. */
  readonly outputWriter = async (chunk: RunEvent): Promise<void> => {
    const operation = this.operation ?? currentOperation();
    if (operation) operation.publish(chunk, this.chunkTargets);
    else this.operations.defer(chunk, undefined, this.chunkTargets);
  };

  override async subscribe(): Promise<void> {}
  override async unsubscribe(): Promise<void> {}
  override async flush(): Promise<void> {}
}

/** Core makes a new random call id for each execution; a re-executed op must publish the same one (I9). */
function withCallId(event: RunEvent, operation: Operation): RunEvent {
  const random = event.payload?.stepCallId;
  if (typeof random !== 'string') return event;
  return { ...event, payload: { ...event.payload, stepCallId: operation.callIdFor(random) } };
}

/** An event of a core workflow that runs inside a step, with the ids that its parent's stream shows. */
function fromNested(data: unknown): RunEvent | undefined {
  if (!isRecord(data) || !isRecord(data.event)) return undefined;
  const event = data.event as RunEvent;
  // The end of a run of this package inside a core workflow; to the streams above it is a step's result only.
  if (event.type === 'workflow-finish') return undefined;
  const id = event.payload?.id;
  if (typeof id !== 'string') return event;
  return { ...event, payload: { ...event.payload, id: `${String(data.workflowId)}.${id}` } };
}
