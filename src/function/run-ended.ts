/**
 * Ends that Inngest alone knows of (I6): attempts used up by crashes, a run cancelled or timed out in the dashboard, state
 * grown too large. The workflow's own code never sees them, so a function of its own closes the stored run.
 */
import type { AnyMastra } from '../core-types';
import { type Refusal, isSealed, refusingError, seal, unseal } from '../wire/outcome';
import { runFinished } from '../realtime/events';
import { publishAlone } from '../realtime/publisher';
import { wireOf } from '../realtime/wire';
import type { ExecutionRequest, FunctionDefinition, InngestPort } from '../sdk/port';
import {
  hasToldEnd,
  type Snapshot,
  isAtRest,
  isLeftBehind,
  isStillSuspended,
  startedSnapshot,
} from '../snapshot/snapshot';
import { RunRecord } from '../snapshot/run-record';
import { type Json, isRecord } from '../wire/json';
import {
  type StartRequest,
  resumeEventName,
  scheduleFunctionName,
  startEventName,
} from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import { storedEnd, tellEnd, wantsEnd } from './end-callbacks';
import { executionPath } from './execution-path';
import { inngestFailure } from './inngest-failure';
import { withLastSteps } from './last-steps';
import { shownRunId, streamTargets } from './lineage';
import { startedWith } from './start-source';
import { storeOf } from './stores';

/** Id of the one function per app that closes runs. */
export const RUN_ENDED = 'mastra.run-ended';

/** The data of Inngest's `inngest/function.failed` and `inngest/function.cancelled`. */
interface EndData {
  function_id: string;
  run_id: string;
  event: { name: string; data: unknown };
  error?: { message?: string; name?: string; stack?: string; cause?: unknown };
}

/** The function that closes the stored runs of an app's workflows. */
export function runEndedDefinition(
  port: InngestPort,
  workflows: readonly RunnableWorkflow[],
): FunctionDefinition {
  const prefix = `${port.appId}-${startEventName('')}`;
  const ofOurs = `event.data.function_id.startsWith('${prefix}')`;
  return {
    id: RUN_ENDED,
    name: 'Mastra: close ended runs',
    triggers: [
      { event: 'inngest/function.failed', if: ofOurs },
      { event: 'inngest/function.cancelled', if: ofOurs },
    ],
    cancelOn: [],
    // The store may be what failed the run; it gets time to come back.
    options: { retries: 20 },
    handler: request => {
      const data = request.event.data as EndData;
      const name = data.function_id.slice(`${port.appId}-`.length);
      const isOwn = ({ id }: RunnableWorkflow) => name === startEventName(id) || name === resumeEventName(id);
      // By the beginning, since a deploy may have taken the schedule away.
      const isScheduled = ({ id }: RunnableWorkflow) => name.startsWith(scheduleFunctionName(id, ''));
      const workflow = workflows.find(isOwn) ?? workflows.find(isScheduled);
      return workflow ? close(port, workflow, data, request) : Promise.resolve(undefined);
    },
  };
}

async function close(
  port: InngestPort,
  workflow: RunnableWorkflow,
  data: EndData,
  { step, event }: ExecutionRequest,
): Promise<unknown> {
  return step.run('close', async () => {
    const status = event.name === 'inngest/function.cancelled' ? 'canceled' : 'failed';
    const closing = await Closing.of(port, workflow, data, status);
    return seal({ closed: (await closing?.close()) ?? false });
  });
}

type EndStatus = 'canceled' | 'failed';

/** The closing of one run. */
class Closing {
  private constructor(
    private readonly port: InngestPort,
    private readonly mastra: AnyMastra,
    private readonly workflow: RunnableWorkflow,
    private readonly data: EndData,
    private readonly start: StartRequest,
    private readonly record: RunRecord,
    private readonly status: EndStatus,
  ) {}

  static async of(port: InngestPort, workflow: RunnableWorkflow, data: EndData, status: EndStatus) {
    const start = startedWith(workflow, data.event, data.function_id.slice(`${port.appId}-`.length));
    const { mastra, id: workflowId } = workflow;
    if (!mastra) return undefined;
    const { resourceId } = start;
    const recordOf = (runId: string) => new RunRecord(storeOf(mastra), { workflowId, runId, resourceId });
    const own = recordOf(start.runId ?? data.run_id);
    // A rerun from the dashboard is a run of its own, called by Inngest's id.
    const rerun = start.runId !== undefined && (await recordOf(data.run_id).load()) !== undefined;
    const record = rerun ? recordOf(data.run_id) : own;
    return new Closing(port, mastra, workflow, data, start, record, status);
  }

  /** Answers whether the stored run was open. */
  async close(): Promise<boolean> {
    const { record, status, data } = this;
    const stored = await record.load();
    if (stored && this.isElsewhere(stored)) return this.closeElsewhere(stored);
    // What the run itself has reported is told and stored, where anything is to be stored.
    if (!stored && status === 'failed' && isSealed(data.error?.cause)) return false;
    if (stored && !this.isOwn(stored)) return false;
    if (stored && (await this.putBack(stored))) return true;
    const isOpen = stored !== undefined && !isAtRest(stored.status);
    if (stored && !isOpen && (stored.status !== status || status === 'failed')) return false;
    const error = status === 'failed' ? inngestFailure(data.error) : undefined;
    const before = stored ?? this.unbegun();
    const stepExecutionPath = executionPath(this.workflow.stepGraph, before);
    // Its first op, which stores what the run was given, may never have been executed.
    const { context, value } = this.unbegun();
    const given = stored?.status === 'pending' ? { context, value } : {};
    const fields = { stepExecutionPath, ...given, ...(error === undefined ? {} : { error }) };
    // Nobody resumes or restarts a cancelled run, and a crash from here on finds it so.
    const canceled = status === 'canceled' && isOpen && (await record.move(status, fields));
    await this.tell({ ...before, ...fields, status });
    const closed = canceled || (status === 'failed' && isOpen && (await record.move(status, fields)));
    if (stored && wantsEnd(this.workflow.options)) await record.noteEndTold(stored.inngest?.leg ?? 0);
    if (closed) await this.publish(before, error);
    return closed;
  }

  /**
   * Something else began the run, or had it go on, and its execution ended here. One that was restarted or resumed here since is
   * another execution's.
   */
  private isElsewhere(stored: Snapshot): boolean {
    const { data, start, status } = this;
    const isRefused = unseal<Partial<Refusal>>(data.error?.cause)?.refused?.code === 'FOREIGN_RUN';
    if (!isRefused && !start.leg?.handedOver && status === 'failed') return false;
    return !this.isOwn(stored) && isLeftBehind(stored);
  }

  /** It can be continued: by `resume()` where it is still suspended, else by `restart()`. */
  private async closeElsewhere(stored: Snapshot): Promise<boolean> {
    const { record, status, data } = this;
    const { workflowId, runId } = record.identity;
    const error = status === 'failed' ? inngestFailure(data.error) : undefined;
    const isSuspended = status === 'failed' && isStillSuspended(stored);
    const rest = isSuspended ? 'suspended' : status;
    const inngest = { ...stored.inngest, elsewhere: true };
    const fields = { ...(error !== undefined && { error }), ...(rest === 'failed' && { inngest }) };
    if (rest !== 'suspended') await this.tell({ ...stored, ...fields, status: rest });
    if (!(await record.move(rest, fields, [stored.status]))) return false;
    const reason = isRecord(error) ? error.message : undefined;
    const text = `A run that was begun by another version of @mastra/inngest is ${rest} now.`;
    this.mastra.getLogger()?.warn(text, { workflowId, runId, reason });
    await this.publish(stored, error, rest);
    return true;
  }

  /** A resume that was refused before it took the run leaves it suspended, with a note for whoever resumed it. */
  private async putBack({ status, inngest }: Snapshot): Promise<boolean> {
    const { record, data, start } = this;
    const { claim, owner, previous } = inngest ?? {};
    if (!refusingError(data.error, record.identity.runId) || start.leg?.kind !== 'resume') return false;
    if (!claim || owner !== undefined) return false;
    const refused = { token: claim.token, cause: data.error?.cause as Json };
    return record.move('suspended', { inngest: { ...inngest, owner: previous, refused } }, [status]);
  }

  /** A failure before it is stored, as everywhere: a crash repeats it. */
  private async tell(snapshot: Snapshot): Promise<void> {
    const { mastra, workflow, record, start, status } = this;
    if (!wantsEnd(workflow.options)) return;
    const isCanceled = status === 'canceled';
    const ended = isCanceled ? await withLastSteps(record, workflow.stepGraph, snapshot) : snapshot;
    if (hasToldEnd(ended)) return;
    const { identity } = record;
    const runId = shownRunId(identity, start.sender?.ancestors ?? []);
    const end = await storedEnd(mastra, { ...identity, runId }, ended, start.requestContext);
    await tellEnd(mastra, workflow.options, end);
  }

  private async publish({ inngest }: Snapshot, error: unknown, status: string = this.status): Promise<void> {
    const { port, workflow, record, start, data } = this;
    const { workflowId, runId } = record.identity;
    const ancestors = start.sender?.ancestors ?? [];
    const targets = streamTargets({ workflowId, runId }, ancestors).slice(0, 1);
    const end = runFinished({ runId, workflowStatus: status, error }, inngest?.leg ?? 0);
    await publishAlone(wireOf(port, workflow), `${data.run_id}/ended`, end, targets);
  }

  /** The run as its first op stores it. */
  private unbegun(): Snapshot {
    return startedSnapshot(this.record.identity.runId, this.start);
  }

  /** A row of another Inngest run (a rerun, a later leg) is not this run's to close. */
  private isOwn({ status, inngest }: Snapshot): boolean {
    const { owner, leg } = inngest ?? {};
    if (owner !== undefined) return owner === this.data.run_id;
    // It ended before its first op took the run.
    const { claim } = this.start.leg ?? {};
    return claim ? leg === claim.number : status === 'pending' || status === 'canceled';
  }
}
