import { reasonOf } from '../errors';
import type { RunEvent } from '../realtime/channel';
import type { WarningLog } from '../realtime/publisher';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import { keyOf, pastEvents, startBefore } from './past';

/** How long, in milliseconds, a view whose run has come to rest waits for the last of its events. */
const LINGER = 1000;
/** What a run's status says in core's streams where no step says it. */
const STATUS_EVENTS: Record<string, string> = { canceled: 'workflow-canceled', paused: 'workflow-paused' };

/**
 * What somebody sees of a run: what happened before they came, from the store; then what happens, from the channel; at last
 * what the channel lost, from the store again. Each event once (I9).
 */
export class RunView {
  private held: RunEvent[] | undefined;
  private readonly told = new Set<string>();
  /** Steps whose stored end was told: the event that ends them carries no time to know it by. */
  private readonly finished = new Set<string>();
  /** Steps of which anything was told. */
  private readonly begun = new Set<unknown>();
  private readonly types = new Set<string>();
  private isLate = false;
  private failureTold = false;
  private ended = false;
  private wake = () => {};

  constructor(
    private readonly tell: (event: RunEvent) => unknown,
    private readonly log: WarningLog,
    /** What a stored run tells of its past. */
    private readonly pastOf: (snapshot: Snapshot) => RunEvent[] | Promise<RunEvent[]> = pastEvents,
  ) {}

  /** A step's failure has been told. */
  get hasFailure(): boolean {
    return this.failureTold;
  }

  /** A live event. */
  live(event: RunEvent): void {
    if (this.held) this.held.push(event);
    else this.showLive(event);
    if (!isEnd(event)) return;
    this.ended = true;
    this.wake();
  }

  /** Live events are held back from now on, until the past has been told. */
  hold(): this {
    this.isLate = true;
    this.held = [];
    return this;
  }

  /** Tells the past, to be called once the live events arrive; answers the stored run. */
  async open(record: RunRecord): Promise<Snapshot | undefined> {
    const { snapshot, past } = await this.load(record);
    for (const event of past) this.showPast(event);
    const held = this.held ?? [];
    this.held = undefined;
    for (const event of held) this.showLive(event);
    return snapshot;
  }

  /** What a leg finds is not news of it. */
  skip(snapshot: Snapshot | undefined): void {
    for (const event of snapshot ? pastEvents(snapshot) : []) this.note(event);
  }

  /** Tells what is missing of a run that has come to rest; `snapshot` is how. */
  async complete(snapshot: Snapshot | undefined): Promise<void> {
    if (!this.ended) await this.linger();
    if (!snapshot) return;
    if (!this.ended) for (const event of pastEvents(snapshot)) this.showPast(event);
    const type = STATUS_EVENTS[snapshot.status];
    // Inngest ends a cancelled run without asking its code, which would have said so.
    if (type && !this.types.has(type)) this.show({ type, payload: {} });
  }

  private async linger(): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, LINGER);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private showLive(event: RunEvent): void {
    if (this.isTold(event)) return;
    // The store learns of a step when it ends, so of one that was executing the start is neither past nor to come.
    const start = this.isLate && !this.begun.has(event.payload?.id) ? startBefore(event) : undefined;
    if (start) this.show(start);
    this.show(event);
  }

  private showPast(event: RunEvent): void {
    const { type, payload } = event;
    const id = String(payload?.id);
    const key = keyOf(event);
    const known = key === undefined ? this.finished.has(id) : this.told.has(key);
    if (!known) this.show(event);
    if (type === 'workflow-step-finish') this.finished.add(id);
  }

  private isTold(event: RunEvent): boolean {
    const id = String(event.payload?.id);
    if (event.type === 'workflow-step-finish') return this.finished.has(id);
    const key = keyOf(event);
    const isTold = key !== undefined && this.told.has(key);
    // It runs once more: the end that comes is another one.
    if (event.type === 'workflow-step-start' && !isTold) this.finished.delete(id);
    return isTold;
  }

  private show(event: RunEvent): void {
    this.note(event);
    this.types.add(event.type);
    this.begun.add(event.payload?.id);
    if (event.type === 'workflow-step-result' && event.payload?.status === 'failed') this.failureTold = true;
    this.tell(event);
  }

  private note(event: RunEvent): void {
    const key = keyOf(event);
    if (key !== undefined) this.told.add(key);
    if (event.type === 'workflow-step-finish') this.finished.add(String(event.payload?.id));
  }

  private async load(record: RunRecord): Promise<{ snapshot?: Snapshot; past: RunEvent[] }> {
    try {
      const snapshot = await record.load();
      return { snapshot, past: snapshot ? await this.pastOf(snapshot) : [] };
    } catch (error) {
      this.log.warn('The past of a run could not be read; only what happens from now on is shown.', {
        ...record.identity,
        reason: reasonOf(error),
      });
      return { past: [] };
    }
  }
}

/** True for what a run itself publishes last. Core's older streams publish an event of that type, too, which ends only them. */
export function isEnd({ type, payload }: RunEvent): boolean {
  return type === 'workflow-finish' && payload?.workflowStatus !== undefined;
}
