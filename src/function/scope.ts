import { fingerprintOf } from '../engine/graph-shape';
import type { RunScope } from '../engine/scope';
import { FinalError } from '../errors';
import { runChannel } from '../realtime/channel';
import { wireOf } from '../realtime/wire';
import type { ExecutionRequest, InngestPort } from '../sdk/port';
import { type Ownership, legName } from '../snapshot/snapshot';
import { RunRecord } from '../snapshot/run-record';
import type { StartRequest } from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import { shownRunId, streamTargets } from './lineage';
import { storeOf } from './stores';

/** @throws FinalError `MASTRA_NOT_REGISTERED` */
export function requireMastra(workflow: RunnableWorkflow, runId: string | undefined) {
  if (workflow.mastra) return workflow.mastra;
  throw new FinalError(
    'MASTRA_NOT_REGISTERED',
    `Workflow ${workflow.id} is served but belongs to no Mastra. Register it: new Mastra({ workflows: { … } }).`,
    { workflowId: workflow.id, runId },
  );
}

/** All that one execution request knows of its run. */
export function runScope(
  workflow: RunnableWorkflow,
  port: InngestPort,
  request: ExecutionRequest,
  start: StartRequest,
  runId: string,
): RunScope {
  const mastra = requireMastra(workflow, runId);
  const ancestors = start.sender?.ancestors ?? [];
  const identity = { workflowId: workflow.id, runId, resourceId: start.resourceId };
  const { inngestRunId, attempt, beforeAnswer } = request;
  const wire = wireOf(port, workflow);
  return {
    ...identity,
    shownRunId: shownRunId(identity, ancestors),
    mastra,
    port,
    options: {
      ...workflow.options,
      validateInputs: start.sender?.validateInputs ?? workflow.options.validateInputs,
    },
    storedStatuses: start.storedStatuses,
    inngestRunId,
    attempt,
    beforeAnswer,
    graph: fingerprintOf(workflow.serializedStepGraph),
    startEvent: start.leg ? undefined : request.event.id,
    startedAt: request.event.ts ?? 0,
    legName: legName(runId, start.leg ? 1 : 0, inngestRunId),
    record: new RunRecord(storeOf(mastra), identity),
    targets: streamTargets(identity, ancestors),
    chunkTargets: [identity, ...ancestors].map(({ workflowId, runId: id }) => ({
      channel: runChannel(workflowId, id),
      prefix: '',
    })),
    actor: start.actor as RunScope['actor'],
    tracingOptions: start.tracingOptions,
    ancestors,
    nativeStep: request.nativeStep,
    gathering: { least: workflow.streamBatchMs, most: workflow.longestBatchMs ?? workflow.streamBatchMs },
    log: wire.log,
    wire,
  };
}

/** Whose the stored run is while this execution has it. */
export function ownershipOf({ inngestRunId, leg, startEvent, resourceId }: RunScope): Ownership {
  return {
    owner: inngestRunId,
    ...(leg && { leg: leg.number }),
    ...(leg?.claim && { claim: leg.claim }),
    ...(startEvent !== undefined && { startEvent }),
    ...(resourceId !== undefined && { resourceId }),
  };
}
