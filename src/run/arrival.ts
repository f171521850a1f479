/**
 * What became of the event that begins a leg of a run, where the run itself does not say. Inngest drops starts without a word
 * (a rate limit, a function that nobody serves), and an app that has died tells nothing any more.
 */
import { inngestFailure } from '../function/inngest-failure';
import { periodOf } from '../wire/period';
import { refusingError } from '../wire/outcome';
import { MastraInngestError } from '../errors';
import type { EventRun } from '../sdk/port';
import { isRecord } from '../wire/json';
import { startEventId, startEventName } from '../wire/start-event';
import type { Snapshot } from '../snapshot/snapshot';
import type { RunParts } from './run-parts';

/** In milliseconds after the event was sent. */
export const CHECK_TIMES = {
  /** When Inngest is asked first, and a caller warned that nothing has happened. */
  first: 5_000,
  /** When an event without a run counts as dropped: its list of runs may be empty because Inngest is not that far yet. */
  dropped: 30_000,
  /** How long the store may lag behind a run that has ended. */
  settling: 10_000,
  /** Pauses between two looks at a run that executes, or waits for its turn, double up to this. */
  longest: 300_000,
};

/** Function options by which Inngest drops starts. */
const DROPPING = ['rateLimit', 'debounce', 'singleton', 'idempotency'];

/** How Inngest ended what the store has as open, or that it never began. */
export type Lost =
  | { how: 'dropped'; error: MastraInngestError }
  /** Another start of the run was taken, and the store does not have its end. `result`: of one that succeeded, where it is known. */
  | { how: 'repeated'; error: MastraInngestError; result?: Record<string, unknown> }
  | { how: 'canceled' }
  | { how: 'failed'; error: unknown; refused?: MastraInngestError };

/** An event that was sent, and what may have become of it. */
export interface Sent {
  /** Inngest's own id of the event. */
  eventId: string;
  /** How long ago it was sent, in milliseconds. */
  age: number;
  /** 0 for a start. */
  leg: number;
}

export class Arrival {
  private readonly sentAt: number;
  private nextLook = CHECK_TIMES.first;
  private pause = CHECK_TIMES.first;
  private overSince?: number;
  private hasWarned = false;
  private eventId: string;
  private isRepeated = false;

  constructor(
    private readonly parts: Omit<RunParts, 'realtime' | 'logOf'>,
    private readonly sent: Sent,
  ) {
    this.sentAt = performance.now() - sent.age;
    this.eventId = sent.eventId;
  }

  /** Asks Inngest where it is time to. `snapshot`: the run as it is stored, not at rest; undefined where nothing is. */
  async look(snapshot: Snapshot | undefined): Promise<Lost | undefined> {
    const age = performance.now() - this.sentAt;
    if (age < this.nextLook) return undefined;
    const answer = await this.parts.port.eventRuns(this.eventId);
    const owner = this.ownerOf(snapshot);
    if ('unknown' in answer) {
      this.later(age);
      // One that has begun tells of itself.
      return owner === undefined
        ? this.warn(`Inngest does not say what became of it: ${answer.unknown}`)
        : undefined;
    }
    const runs = owner === undefined ? answer.runs : answer.runs.filter(({ id }) => id === owner);
    const isLive = runs.some(({ state }) => state === 'live');
    if (isLive && owner === undefined) await this.warnOfCalls(runs);
    // A rerun from the dashboard is in no event's list.
    if (isLive || (owner !== undefined && runs.length === 0)) return this.goesOn(age);
    this.nextLook = age;
    if (runs.length === 0) return (await this.findTaken()) ? this.look(snapshot) : this.withoutRun(age);
    const lost = this.over(runs, age, owner !== undefined);
    // A list of runs may be behind, and nothing is ended by mistake.
    return !lost || (await this.areOver(runs)) ? lost : this.goesOn(age);
  }

  /** Inngest's run that has begun this leg. */
  private ownerOf(snapshot: Snapshot | undefined): string | undefined {
    const { leg, owner } = snapshot?.inngest ?? {};
    return (leg ?? 0) === this.sent.leg ? owner : undefined;
  }

  private goesOn(age: number): undefined {
    this.overSince = undefined;
    return this.later(age);
  }

  private later(age: number): undefined {
    this.nextLook = age + this.pause;
    this.pause = Math.min(this.pause * 2, CHECK_TIMES.longest);
  }

  /** One that only waits for its turn, however long, has had no calls. */
  private async warnOfCalls(runs: readonly EventRun[]): Promise<void> {
    if (this.hasWarned) return;
    for (const { id } of runs.filter(({ state }) => state === 'live')) {
      const failed = await this.parts.port.failedCalls(id);
      if (failed === 0) continue;
      const { app } = this.parts.destination;
      this.warn(
        `Inngest has taken its event and has the run ${id} for it, but its calls of the app "${app}" fail (${failed} so far), and ` +
          'none is known to have reached the workflow. Is the app reachable under the URL that it registered, and its handler ' +
          'mounted there? Inngest’s dashboard shows the URL with the app, and with that run what was answered',
      );
    }
  }

  /**
   * Inngest takes one start of a run id in 24 hours and drops those that are sent after it. Where somebody else has sent one in
   * the minute before, this is about that one from then on.
   */
  private async findTaken(): Promise<boolean> {
    const { leg, eventId, age } = this.sent;
    if (leg > 0 || this.isRepeated) return false;
    const name = startEventName(this.parts.record.identity.workflowId);
    const wanted = {
      name,
      id: startEventId(this.parts.record.identity),
      sentAt: Date.now() - age,
      except: eventId,
    };
    const taken = await this.parts.port.findEvent(wanted);
    if (!taken) return false;
    this.eventId = taken.eventId;
    this.isRepeated = true;
    return true;
  }

  private withoutRun(age: number): Lost | undefined {
    const { debounce } = this.parts.destination.functionOptions;
    const period = isRecord(debounce) ? (periodOf(String(debounce.period)) ?? 0) : 0;
    if (age < period + CHECK_TIMES.first) return undefined;
    if (age < period + CHECK_TIMES.dropped) return this.warn(this.reason());
    return { how: 'dropped', error: this.dropped(age) };
  }

  private over(runs: readonly EventRun[], age: number, hasBegun: boolean): Lost | undefined {
    this.overSince ??= age;
    if (age - this.overSince < CHECK_TIMES.settling && age < CHECK_TIMES.dropped + CHECK_TIMES.settling)
      return undefined;
    const failed = runs.find(({ state }) => state === 'failed');
    if (failed) {
      const refused = refusingError(failed.error, this.parts.record.identity.runId);
      return { how: 'failed', error: inngestFailure(failed.error), refused };
    }
    if (runs.some(({ state }) => state === 'canceled')) return { how: 'canceled' };
    // One that has begun and come to its end has stored that.
    if (hasBegun) return this.later(age);
    if (this.isRepeated) return this.repeated(runs);
    const what = 'what Inngest executed of it has ended, and nothing is known of a run of the workflow';
    return { how: 'dropped', error: this.dropped(age, what) };
  }

  private repeated(runs: readonly EventRun[]): Lost {
    const { workflowId, runId } = this.parts.record.identity;
    const text =
      `Run ${runId} of workflow ${workflowId} was already started, and has ended (Inngest's run ${runs.map(({ id }) => id).join(', ')}), ` +
      'so this start executes nothing: Inngest takes one start of a run in 24 hours. Start with a new run id.';
    const error = new MastraInngestError('RUN_CONFLICT', text, { workflowId, runId });
    const outputs = runs.map(({ output }) => (isRecord(output) ? output.result : undefined));
    return {
      how: 'repeated',
      error,
      result: outputs.filter(isRecord).find(({ status }) => status === 'success'),
    };
  }

  private async areOver(runs: readonly EventRun[]): Promise<boolean> {
    const states = await Promise.all(runs.map(({ id }) => this.parts.port.runState(id)));
    return states.every(state => state === 'over');
  }

  private reason(): string {
    const { workflowId } = this.parts.record.identity;
    const dropping = DROPPING.filter(option => this.parts.destination.functionOptions[option] !== undefined);
    if (this.sent.leg === 0 && dropping.length > 0)
      return `no function took its event, as the workflow's \`${dropping.join('`, `')}\` may have it`;
    const { app } = this.parts.destination;
    return (
      `no function took its event. Is the app "${app}", which it names, synced with this Inngest server, with the function ` +
      `workflow.${workflowId}? Was the run id used before (Inngest takes one start of it in 24 hours)? One bad ` +
      'function has a sync refused as a whole. Where another app serves the workflow, name that one: init(inngest, { servedBy })'
    );
  }

  private dropped(age: number, reason = this.reason()): MastraInngestError {
    const { workflowId, runId } = this.parts.record.identity;
    const what = this.sent.leg === 0 ? 'was not started' : 'was not continued, and can be continued again';
    const text = `Run ${runId} of workflow ${workflowId} ${what}: ${Math.round(age / 1000)} s after it was sent, ${reason}.`;
    return new MastraInngestError('START_DROPPED', text, { workflowId, runId });
  }

  private warn(why: string): undefined {
    if (this.hasWarned) return;
    this.hasWarned = true;
    const { workflowId, runId } = this.parts.record.identity;
    const what = this.sent.leg === 0 ? 'begun' : 'gone on';
    this.parts.log.warn(`A run has not ${what} yet; waiting goes on. ${why}.`, { workflowId, runId });
  }
}
