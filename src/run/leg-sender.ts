/** Sends what begins a leg of a run: its start, or a resume, a restart, a time travel. One of several callers does it (I5). */
import { refusingError } from '../wire/outcome';
import { MastraInngestError, reasonOf } from '../errors';
import { type Snapshot, isCanceledUnstarted } from '../snapshot/snapshot';
import type { JsonObject } from '../wire/json';
import {
  type StartRequest,
  buildStartData,
  resumeEventName,
  startEventId,
  startEventName,
} from '../wire/start-event';
import { Arrival, type Lost } from './arrival';
import { settleLost } from './lost-run';
import { canceledBeforeStart, runConflict } from './errors';
import type { RunParts } from './run-parts';
import { RestWaiter, type Rested } from './wait-for-rest';

/** A leg of a run whose caller has checked all that can be checked; nothing of it is stored or sent yet. */
export interface PreparedLeg {
  request: StartRequest;
  /** The run as the leg finds it; missing for its first. */
  before?: Snapshot;
  /** Takes the run for this leg; throws where somebody else has it. */
  claim(): Promise<void>;
  /** Undoes `claim`: the event could not be sent. `spent`: Inngest took it, but did not execute it. */
  release(spent?: boolean): Promise<void>;
  /** Called when Inngest has the event, or was not to be had. */
  arrived?: () => void;
}

/** The first leg of a run, which nobody has started before. */
export function firstLeg(record: RunParts['record'], request: StartRequest): PreparedLeg {
  const claim = async () => {
    const snapshot = await record.load();
    if (!snapshot || snapshot.status === 'pending') return;
    if (isCanceledUnstarted(snapshot)) throw canceledBeforeStart(record);
    throw runConflict(record, `was already started (its status is ${snapshot.status}); create a new run`);
  };
  return { request, claim, release: async () => {} };
}

/** Sends the event of a leg, and follows the run. */
export class LegSender {
  constructor(private readonly parts: RunParts) {}

  /** A test's time stands still until what is on its way to Inngest has arrived. */
  async underWay<T>(begin: (arrived: () => void) => Promise<T>): Promise<T> {
    const arrived = this.parts.port.testHook?.underWay() ?? (() => {});
    try {
      return await begin(arrived);
    } finally {
      arrived();
    }
  }

  /**
   * Begins the leg and waits until the run comes to rest in it, without a time limit (I10). `onRead` is called when the run was read
   * and is not at rest.
   */
  async sendAndWait(
    prepared: PreparedLeg,
    onRead: (snapshot: Snapshot) => unknown = () => {},
  ): Promise<Rested> {
    const data = this.data(prepared);
    const leg = prepared.request.leg?.claim;
    const waiter = new RestWaiter(this.parts, leg?.number ?? 0);
    await waiter.subscribe();
    try {
      await this.parts.realtime.ready();
      const eventId = await this.sendEvent(prepared, data);
      const missed = eventId === undefined ? undefined : this.watchOver(prepared, eventId);
      const wait = waiter.wait(async snapshot => {
        if (snapshot) onRead(snapshot);
        return missed?.(snapshot);
      });
      return this.checked(await wait, leg?.token);
    } finally {
      await waiter.close();
    }
  }

  /** Begins the leg and returns as soon as Inngest has taken the event. */
  async send(prepared: PreparedLeg): Promise<void> {
    await this.sendEvent(prepared, this.data(prepared));
  }

  /** All that can be wrong with the data is found before anything is stored or sent. */
  private data({ request }: PreparedLeg): JsonObject {
    return buildStartData(request, this.parts.record.identity.workflowId, this.parts.destination.app);
  }

  /** Finds out whether Inngest has dropped or ended a leg that the store has as open, and ends it there, too. */
  private watchOver(prepared: PreparedLeg, eventId: string) {
    const leg = prepared.request.leg?.claim?.number ?? 0;
    const arrival = new Arrival(this.parts, { eventId, age: 0, leg });
    return async (snapshot: Snapshot | undefined): Promise<Rested | undefined> => {
      const lost = await arrival.look(snapshot);
      if (!lost) return undefined;
      const hasBegun = snapshot !== undefined && snapshot.inngest?.owner !== undefined;
      if (leg > 0 && !hasBegun) return this.notContinued(prepared, lost);
      return settleLost(this.parts.record, snapshot, lost);
    };
  }

  private async notContinued(prepared: PreparedLeg, lost: Lost): Promise<never> {
    await this.undo(prepared, true);
    if (lost.how === 'dropped') throw lost.error;
    if (lost.how === 'failed' && lost.refused) throw lost.refused;
    const { workflowId, runId } = this.parts.record.identity;
    const why = lost.how === 'failed' ? `failed before it began (${reasonOf(lost.error)})` : 'was cancelled';
    throw new MastraInngestError(
      'START_DROPPED',
      `Run ${runId} of workflow ${workflowId} was not continued, and can be continued again: what Inngest executes it in ${why}.`,
      { workflowId, runId },
    );
  }

  /** Returns Inngest's own id of the event. */
  private async sendEvent(prepared: PreparedLeg, data: JsonObject): Promise<string | undefined> {
    const { request } = prepared;
    const { workflowId } = this.parts.record.identity;
    const number = request.leg?.claim?.number;
    const id = startEventId(this.parts.record.identity, number);
    const name = number === undefined ? startEventName(workflowId) : resumeEventName(workflowId);
    await prepared.claim();
    try {
      return (await this.parts.port.send({ id, name, data })).ids[0];
    } catch (error) {
      await this.undo(prepared);
      throw this.notSent(error, number === undefined);
    } finally {
      prepared.arrived?.();
    }
  }

  private async undo(prepared: PreparedLeg, spent = false): Promise<void> {
    const { workflowId, runId } = this.parts.record.identity;
    await prepared.release(spent).catch((error: unknown) =>
      this.parts.log.warn(
        'A run that could not be continued is still marked as running; continue it again.',
        {
          workflowId,
          runId,
          reason: reasonOf(error),
        },
      ),
    );
  }

  private notSent(error: unknown, isStart: boolean): MastraInngestError {
    const { workflowId, runId } = this.parts.record.identity;
    return new MastraInngestError(
      'SEND_FAILED',
      `Run ${runId} of workflow ${workflowId} was not ${isStart ? 'started' : 'continued'}: Inngest did not take its ` +
        `event (${reasonOf(error)}). Is the Inngest server reachable, and the event key right?`,
      { workflowId, runId },
      { cause: error },
    );
  }

  /** Of several callers who sent the event of one leg, one is executed. The others must not get its result. */
  private checked(rested: Rested, token: string | undefined): Rested {
    const { claim, refused } = rested.snapshot?.inngest ?? {};
    const error = refused && refusingError(refused, this.parts.record.identity.runId);
    if (error && refused.token === token) throw error;
    const executed = claim?.token;
    if (token === undefined || executed === undefined || executed === token) return rested;
    throw runConflict(this.parts.record, 'was continued by another caller at the same time');
  }
}
