import { omitPriorCompletionFields } from '@mastra/core/workflows';
import { reasonOf } from '../errors';
import type { RunEvent } from '../realtime/channel';
import type { WarningLog } from '../realtime/publisher';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import { isRecord } from '../wire/json';

/**
 * What somebody sees who comes late: the past from the store, then what happens from now on, each event once (I9). Live
 * events are held back until the past has been told.
 */
export class LateView {
  private held: RunEvent[] | undefined = [];
  private readonly told = new Set<string>();

  constructor(
    private readonly tell: (event: RunEvent) => unknown,
    private readonly record: RunRecord,
    private readonly log: WarningLog,
  ) {}

  /** A live event. */
  live(event: RunEvent): unknown {
    if (this.held) return this.held.push(event);
    return this.told.has(keyOf(event)) ? undefined : this.tell(event);
  }

  /** Tells the past, to be called once the live events arrive; answers the stored run. */
  async open(): Promise<Snapshot | undefined> {
    const snapshot = await this.load();
    for (const event of snapshot ? pastEvents(snapshot) : []) {
      this.told.add(keyOf(event));
      await this.tell(event);
    }
    const held = this.held ?? [];
    this.held = undefined;
    for (const event of held) await this.live(event);
    return snapshot;
  }

  private async load(): Promise<Snapshot | undefined> {
    try {
      return await this.record.load();
    } catch (error) {
      this.log.warn('The past of a run could not be read; only what happens from now on is shown.', {
        ...this.record.identity,
        reason: reasonOf(error),
      });
      return undefined;
    }
  }
}

/** What tells one event of a step from another: its times. Events without any are never doubles. */
function keyOf({ type, payload }: RunEvent): string {
  const { id, startedAt, resumedAt, endedAt, suspendedAt } = payload ?? {};
  const time = type === 'workflow-step-start' ? (resumedAt ?? startedAt) : (endedAt ?? suspendedAt);
  return time === undefined ? `${type}/${Math.random()}` : JSON.stringify([type, id, time]);
}

/** The events that a stored run's steps must have caused, in the order in which they began. */
function pastEvents({ context }: Snapshot): RunEvent[] {
  const steps = Object.entries(context).filter(
    (entry): entry is [string, Record<string, unknown>] => entry[0] !== 'input' && isRecord(entry[1]),
  );
  return steps
    .toSorted(([, one], [, other]) => Number(one.startedAt ?? 0) - Number(other.startedAt ?? 0))
    .flatMap(([id, result]) => stepEvents(id, result));
}

function stepEvents(id: string, result: Record<string, unknown>): RunEvent[] {
  const { __state: _state, metadata: _metadata, ...known } = result;
  const begun = { id, ...omitPriorCompletionFields(known), status: 'running' };
  const start = { type: 'workflow-step-start', payload: begun };
  const payload = { id, ...known };
  if (result.status === 'running') return [start];
  if (result.status === 'waiting') return [{ type: 'workflow-step-waiting', payload }];
  if (result.status === 'suspended') return [start, { type: 'workflow-step-suspended', payload }];
  const finish = { type: 'workflow-step-finish', payload: { id, metadata: {} } };
  return [start, { type: 'workflow-step-result', payload }, finish];
}
