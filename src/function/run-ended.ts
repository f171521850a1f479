/**
 * Ends that Inngest alone knows of (I6): attempts used up by crashes, a run cancelled or timed out in the dashboard, state
 * grown too large. The workflow's own code never sees them, so a function of its own closes the stored run.
 */
import { asCoreError, seal } from '../engine/outcome';
import { runFinished } from '../realtime/events';
import { streamImage } from '../realtime/image';
import { Publisher } from '../realtime/publisher';
import { wireOf } from '../realtime/wire';
import type { ExecutionRequest, FunctionDefinition, InngestPort } from '../sdk/port';
import { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import { isAtRest } from '../snapshot/transitions';
import { isRecord } from '../wire/json';
import { type StartRequest, parseStartData, resumeEventName, startEventName } from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import { streamTargets } from './lineage';
import { storeOf } from './stores';

/** Id of the one function per app that closes runs. */
export const RUN_ENDED = 'mastra.run-ended';

/** The data of Inngest's `inngest/function.failed` and `inngest/function.cancelled`. */
interface EndData {
  function_id: string;
  run_id: string;
  event: { data: unknown };
  error?: { message?: string; name?: string; stack?: string };
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
      const names = ({ id }: RunnableWorkflow) => [startEventName(id), resumeEventName(id)];
      const workflow = workflows.find(one =>
        names(one).some(name => data.function_id === `${port.appId}-${name}`),
      );
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
    const start = parseStartData(data.event.data, workflow.id);
    const runId = start.runId ?? data.run_id;
    const { mastra } = workflow;
    if (!mastra) return seal({ closed: false });
    const record = new RunRecord(storeOf(mastra), { workflowId: workflow.id, runId });
    const status = event.name === 'inngest/function.cancelled' ? 'canceled' : 'failed';
    const snapshot = await record.load();
    if (!snapshot || !isOpen(snapshot, data.run_id, start)) return seal({ closed: false });
    const error = status === 'failed' ? failure(data) : undefined;
    const closed = await record.move(status, error ? { error } : {});
    const ancestors = start.sender?.ancestors ?? [];
    const targets = streamTargets({ workflowId: workflow.id, runId }, ancestors).slice(0, 1);
    const publisher = new Publisher(wireOf(port, mastra), `${data.run_id}/ended`);
    const end = runFinished({ runId, workflowStatus: status, error }, snapshot.inngest?.leg ?? 0);
    if (closed) publisher.publish(streamImage(end), targets);
    await publisher.flush();
    return seal({ closed });
  });
}

/** A row that has ended is right already, and one of another Inngest run (a rerun, a later leg) is not this run's to close. */
function isOpen({ status, inngest }: Snapshot, inngestRunId: string, start: StartRequest): boolean {
  if (isAtRest(status)) return false;
  const { owner, leg } = inngest ?? {};
  if (owner !== undefined) return owner === inngestRunId;
  // It ended before its first op took the run.
  return start.leg?.claim ? leg === start.leg.claim.number : status === 'pending';
}

/** What Inngest knows of the failure, as core stores an error. */
function failure({ error }: EndData): unknown {
  const text = error?.message ?? 'Inngest gave up on the run.';
  const { message, name } = crashMessage(text) ?? { message: text, name: error?.name };
  const cause = Object.assign(asCoreError(message), name ? { name } : {}) as Error & { toJSON?(): unknown };
  return cause.toJSON?.() ?? { message, name };
}

/** A crash is reported as JSON in the message: `{"error":{"error":"Unable to reach SDK URL", …}}`. */
function crashMessage(text: string): { message: string; name?: string } | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const inner = isRecord(parsed) && isRecord(parsed.error) ? parsed.error : parsed;
    if (!isRecord(inner)) return undefined;
    const message = inner.message ?? inner.error;
    const name = typeof inner.name === 'string' ? inner.name : undefined;
    return typeof message === 'string' ? { message, name } : undefined;
  } catch {
    return undefined;
  }
}
