import { PubSub } from '@mastra/core/events';
import type { RunEvent } from '../realtime/channel';
import { ForeachPool } from './foreach-pool';
import { type ItemProgress, endOfItem, progressEvent, progressOf } from '../realtime/progress';

type PublishedToCore = Parameters<PubSub['publish']>[1];

/** A foreach, as the progress of its items tells of it. */
export interface ForeachIdentity {
  stepId: string;
  totalCount: number;
  /** Name of the run's leg: each counts anew, as in core. */
  execution: string;
}

/**
 * The pubsub that core's foreach publishes on. Core tells an item's progress in the control flow, where it would wait for the
 * next op (docs/events.md); the item's own op has told it already, so core's event is dropped.
 */
export class ForeachProgress extends PubSub {
  /** Its items in flight. */
  readonly pool = new ForeachPool();
  private completedCount = 0;
  private readonly reported = new Set<number>();

  constructor(
    private readonly outer: PubSub,
    private readonly foreach: ForeachIdentity,
  ) {
    super();
  }

  /** How many items there are. */
  get totalCount(): number {
    return this.foreach.totalCount;
  }

  override async publish(topic: string, event: PublishedToCore): Promise<void> {
    const progress = progressOf(event.data as RunEvent);
    if (!progress) return this.outer.publish(topic, event);
    ({ completedCount: this.completedCount } = progress);
    if (this.reported.has(progress.currentIndex)) return;
    await this.outer.publish(topic, { ...event, data: progressEvent(progress, this.foreach.execution) });
  }

  /** Item `index` has told its progress itself. */
  hasReported(index: number): void {
    this.reported.add(index);
  }

  /** Item `index`, as far as is known now. */
  item(index: number): ItemProgress {
    const { stepId: id, totalCount, execution } = this.foreach;
    return { id, index, totalCount, completedCount: this.completedCount, execution };
  }

  /** The event of the end of item `index`. */
  endOf(index: number, result: { status: string; output?: unknown }): RunEvent {
    return endOfItem(this.item(index), result);
  }

  override async subscribe(): Promise<void> {}
  override async unsubscribe(): Promise<void> {}
  override async flush(): Promise<void> {}
}

/** The foreach that a step is an item of, and its place there. */
export function itemOf({
  pubsub,
  executionContext,
}: {
  pubsub: PubSub;
  executionContext: { foreachIndex?: number };
}): { foreach: ForeachProgress; index: number } | undefined {
  const { foreachIndex: index } = executionContext;
  return pubsub instanceof ForeachProgress && index !== undefined ? { foreach: pubsub, index } : undefined;
}
