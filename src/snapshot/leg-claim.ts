/**
 * Claims a run at rest for a new leg: of several who want to continue it, one does (I5). A leg is the part of a run that one Inngest
 * run executes; the start is leg 0, and each resume, restart or time travel begins the next.
 */
import { FinalError, type MastraInngestError, type ErrorCode } from '../errors';
import {
  type RunIdentity,
  emptySnapshot,
  type Ownership,
  type Snapshot,
  type Status,
  isAtRest,
  isTerminal,
  nextLeg,
  storedLegName,
} from './snapshot';
import type { WorkflowsStore } from './store';
import { type Continuation, continuedFrom } from './transitions';

/** A claim by a caller who is about to send the leg's event. */
export interface CallersClaim {
  number: number;
  token: string;
}

function isSameLeg(one: Snapshot, other: Snapshot): boolean {
  return one.inngest?.leg === other.inngest?.leg && one.inngest?.owner === other.inngest?.owner;
}

/** True where a restart may go on with the run. */
export function isInterrupted({ status, inngest }: Snapshot): boolean {
  return continuedFrom('restart').includes(status) || (status === 'failed' && inngest?.elsewhere === true);
}

/** What a new leg keeps of the one before. */
function keptOf(found: Snapshot): Ownership {
  const {
    owner,
    previous,
    interrupted: before = [],
    thrown: _thrown,
    elsewhere: _elsewhere,
    suspended: _suspended,
    refused: _refused,
    ...kept
  } = found.inngest ?? {};
  const lost = owner === undefined ? before : [...before, storedLegName(found)];
  const interrupted = isAtRest(found.status) ? undefined : lost;
  return { ...kept, previous: owner ?? previous, interrupted };
}

/** The claims of one run's legs, in its store. */
export class LegClaims {
  constructor(
    private readonly store: WorkflowsStore,
    private readonly identity: RunIdentity,
  ) {}

  private get key() {
    return { workflowName: this.identity.workflowId, runId: this.identity.runId };
  }

  /** Claims the next leg for a caller; returns whether the run was still as it had been read. */
  async take(found: Snapshot, claim: CallersClaim): Promise<boolean> {
    // Stores compare the status alone, and a run that was continued meanwhile may be suspended again.
    const current = await this.store.loadWorkflowSnapshot(this.key);
    if (!current || !isSameLeg(current, found)) return false;
    const inngest: Ownership = {
      ...keptOf(found),
      leg: claim.number,
      claim: { token: claim.token, at: Date.now() },
    };
    return this.update('running', [found.status], { inngest, result: undefined, error: undefined });
  }

  /**
   * Puts the run back as it was before `take`: its event could not be sent. `spent`: Inngest took the event of this leg, but did
   * not execute it. It would drop a second event of the same leg, so the number is not used again.
   */
  async release(found: Snapshot, spent?: number): Promise<void> {
    const { status, result, error, inngest } = found;
    const kept = spent === undefined ? inngest : { ...inngest, leg: spent };
    await this.update(status, ['running'], { result, error, inngest: kept });
  }

  /** Takes the run for the execution of a leg that its sender claimed. `check` may refuse it, by throwing, before it is taken. */
  async confirm(
    owner: string,
    claim: CallersClaim,
    check: (found: Snapshot) => Promise<void> = async () => {},
  ): Promise<Snapshot> {
    const found = await this.require();
    const { leg = 0, owner: current } = found.inngest ?? {};
    if (leg > claim.number || (leg === claim.number && current !== undefined && current !== owner)) {
      throw this.cannotContinue(
        'RUN_CONFLICT',
        `was continued by somebody else (its status is ${found.status})`,
      );
    }
    if (current === owner && leg === claim.number) return found;
    // Cancelled after it was claimed: the execution ends where it begins.
    if (leg === claim.number && isTerminal(found.status)) return found;
    await check(found);
    // Where the user's `shouldPersistSnapshot` kept the claim out of the store, the event's id alone guards the leg.
    const inngest = {
      ...found.inngest,
      suspended: undefined,
      leg: claim.number,
      owner,
      // Of several callers who sent the same leg's event, the one whose event is executed.
      claim: { token: claim.token, at: found.inngest?.claim?.at ?? Date.now() },
    };
    return this.mustUpdate(found, inngest);
  }

  /**
   * Claims the next leg for its execution, where no caller did before (a nested run, an event sent by hand). `isHandedOver`: whether
   * the sender of the event has set the run to `running`.
   */
  async claim(
    owner: string,
    how: Continuation,
    isHandedOver?: (found: Snapshot) => boolean,
  ): Promise<Snapshot> {
    const found = how === 'resume' || isHandedOver ? await this.require() : await this.findOrCreate();
    if (found.inngest?.owner === owner && found.status === 'running') return found;
    const stands = how === 'restart' ? isInterrupted(found) : continuedFrom(how).includes(found.status);
    if (!stands && !isHandedOver?.(found)) {
      const code = how === 'resume' ? 'RUN_NOT_SUSPENDED' : 'RUN_ACTIVE';
      throw this.cannotContinue(code, `can't be continued, since its status is ${found.status}`);
    }
    const { claim: _claim, ...kept } = keptOf(found);
    return this.mustUpdate(found, { ...kept, owner, leg: nextLeg(found) });
  }

  private async mustUpdate(found: Snapshot, inngest: Ownership): Promise<Snapshot> {
    if (await this.update('running', [found.status], { inngest, result: undefined, error: undefined })) {
      return { ...found, status: 'running', inngest };
    }
    // Another request of the same execution may have been faster.
    const current = await this.require();
    if (current.inngest?.owner === inngest.owner && current.status === 'running') return current;
    throw this.cannotContinue(
      'RUN_CONFLICT',
      `was continued by somebody else (its status is ${current.status})`,
    );
  }

  private async update(
    status: Status,
    expectedStatus: Status[],
    fields: Partial<Snapshot>,
  ): Promise<boolean> {
    const opts = { ...fields, status, expectedStatus };
    return (await this.store.updateWorkflowState({ ...this.key, opts })) !== undefined;
  }

  private async require(): Promise<Snapshot> {
    const found = await this.store.loadWorkflowSnapshot(this.key);
    if (found) return found;
    throw this.cannotContinue('RUN_NOT_FOUND', 'is not in the store, so it can not be continued');
  }

  /** A nested run that was never reached has no row yet; a time travel into it creates one. */
  private async findOrCreate(): Promise<Snapshot> {
    const found = await this.store.loadWorkflowSnapshot(this.key);
    if (found) return found;
    const snapshot = emptySnapshot(this.identity.runId, 'pending');
    await this.store.persistWorkflowSnapshot({ ...this.key, resourceId: this.identity.resourceId, snapshot });
    return snapshot;
  }

  private cannotContinue(code: ErrorCode, what: string): MastraInngestError {
    const { workflowId, runId } = this.identity;
    return new FinalError(code, `Run ${runId} of workflow ${workflowId} ${what}.`, { workflowId, runId });
  }
}
