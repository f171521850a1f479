/** Progress events of a foreach: each item's own op sends one, and readers count them. */
import type { RunEvent } from './channel';

const TYPE = 'workflow-step-progress';

/** What core says of one item of a foreach. */
export interface Progress {
  id: string;
  completedCount: number;
  totalCount: number;
  currentIndex: number;
  iterationStatus: 'success' | 'failed' | 'suspended';
  iterationOutput?: unknown;
}

/** An item of a foreach before it has ended. */
export interface ItemProgress {
  id: string;
  index: number;
  totalCount: number;
  /** Items that are known to have ended. */
  completedCount: number;
  /** Name of the leg of the run: each counts anew, as in core. */
  execution: string;
}

/** The event for an item that has ended, as core would make it. */
export function endOfItem(
  item: ItemProgress,
  { status, output }: { status: string; output?: unknown },
): RunEvent {
  const { id, index, totalCount, completedCount, execution } = item;
  return progressEvent(
    {
      id,
      completedCount: completedCount + (status === 'suspended' ? 0 : 1),
      totalCount,
      currentIndex: index,
      iterationStatus: status === 'success' || status === 'suspended' ? status : 'failed',
      ...(status === 'success' && output !== undefined ? { iterationOutput: output } : {}),
    },
    execution,
  );
}

/** The event for one item. `execution` names the leg of the run: each counts anew, as in core. */
export function progressEvent(payload: Progress, execution: string): RunEvent {
  return { type: TYPE, payload: { ...payload }, mastraExecution: execution };
}

/** The payload of a progress event; undefined for any other. */
export function progressOf({ type, payload }: RunEvent): Progress | undefined {
  return type === TYPE ? (payload as unknown as Progress) : undefined;
}

/**
 * Items that run at once, perhaps in different processes, do not know of each other, so an event has only a lower bound of the
 * ended items. A reader sees all events: it counts them, and its counts rise by one as in core.
 */
export class ProgressCounts {
  private readonly counts = new Map<string, number>();

  /** The event as consumers get it. To be called once per event. */
  count(received: RunEvent): RunEvent {
    const { mastraExecution, ...event } = received;
    const progress = progressOf(event);
    if (!progress || typeof mastraExecution !== 'string') return received;
    const key = `${mastraExecution}/${progress.id}`;
    const seen = (this.counts.get(key) ?? 0) + (progress.iterationStatus === 'suspended' ? 0 : 1);
    const completedCount = Math.max(progress.completedCount, seen);
    this.counts.set(key, completedCount);
    return { ...event, payload: { ...progress, completedCount } };
  }
}
