/** An app at one address, of which one version after the other is deployed, with one store. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore, type MastraCompositeStore } from '@mastra/core/storage';
import { createStep, init, waitForEvent } from '@mastra/inngest';
import { startLocalServer } from '@mastra/inngest/local';
import { z } from 'zod';
import type { StoreProvider } from '../../src/snapshot/store';
import type { Snapshot } from '../../src/snapshot/snapshot';
import type { Flow } from '../differential/kit';
import { until } from '../support/until';
import { listen } from '../support/listen';
import { REAL_SERVER, leaveRealServer } from '../support/real-server';
import { register } from '../support/register';
import { makeClient, serveSdk } from '../support/sdk';

const any = z.any();
/** In which a deploy can come. */
const NAP = REAL_SERVER ? 3_000 : 3_600_000;

interface Result {
  status: string;
  result?: unknown;
  steps: Record<string, { status: string; output?: unknown }>;
}

export interface DeployedRun {
  readonly runId: string;
  start(args: object): Promise<Result>;
  startAsync(args: object): Promise<unknown>;
  resume(args: object): Promise<Result>;
  resumeAsync(args: object): Promise<unknown>;
  timeTravel(args: object): Promise<Result>;
  restart(args?: object): Promise<Result>;
  observeStream(): AsyncIterable<{ type: string; payload: { id: string } }>;
}

/** What a version of the app is written with. */
export interface Version {
  workflow(id: string): Flow;
  /** Adds its id to the `path` that it is given. */
  step(id: string): unknown;
  /** Suspends until it is resumed. */
  ask(id: string): unknown;
  /** Gives what its input's `path` is. */
  list(id: string): unknown;
  /** An array to iterate over. */
  items(id: string, count: number): unknown;
  waits(id: string): unknown;
  /** In its middle, Inngest and the app wait for time to pass. */
  nap(flow: Flow, id?: string): Flow;
}

export interface DeployRig {
  readonly storage: MastraCompositeStore;
  /** The Mastra of the version that is deployed. */
  readonly mastra: Mastra;
  deploy(build: (version: Version) => Flow | Flow[]): Promise<void>;
  /** The graph of a version that is not deployed, as core serializes it. */
  graphOf(build: (version: Version) => Flow): unknown[];
  /** What gives the store of the runs. */
  store: StoreProvider;
  run(workflowId: string, runId?: string): Promise<DeployedRun>;
  stored(workflowId: string, runId: string): Promise<Snapshot>;
  reaches(workflowId: string, runId: string, ...statuses: string[]): Promise<Snapshot>;
  /** Waits until the stored run is as it is meant, and Inngest is settled. */
  reachesWith(workflowId: string, runId: string, isMeant: (row: Snapshot) => boolean): Promise<void>;
  /** Inngest has nothing to do but let time pass. */
  settled(): Promise<void>;
  /** A new run of the workflow, in its nap. */
  napping(workflowId: string): Promise<DeployedRun>;
  /** The nap of all runs is over. */
  wake(): Promise<void>;
  /** Bodies of steps that ran in this run or, without an id, in any; in order. */
  steps(runId?: string): string[];
  /** Names of the events that were sent through the client. */
  sent: string[];
  stop(): Promise<void>;
}

type Input = { path?: string[] };

function versionOf(inngest: object, journal: (runId: string, line: string) => void): Version {
  const { createWorkflow } = init(inngest as never);
  const step = (id: string, execute: (context: never) => unknown) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      resumeSchema: any,
      suspendSchema: any,
      execute: execute as never,
    });
  type Context = {
    inputData: Input;
    runId: string;
    resumeData?: unknown;
    suspend(payload: object, options?: object): unknown;
  };
  const after = (id: string, inputData: Input) => ({ path: [...(inputData?.path ?? []), id] });
  return {
    workflow: id => createWorkflow({ id, inputSchema: any, outputSchema: any }) as unknown as Flow,
    step: id =>
      step(id, ({ inputData, runId }: Context) => {
        journal(runId, id);
        return after(id, inputData);
      }),
    ask: id =>
      step(id, ({ inputData, runId, resumeData, suspend }: Context) => {
        journal(runId, resumeData ? `${id} resumed` : id);
        return resumeData ? after(id, inputData) : suspend({ asks: id }, { resumeLabel: `label-${id}` });
      }),
    list: id =>
      step(id, ({ inputData, runId }: Context) => {
        journal(runId, id);
        return inputData.path ?? [];
      }),
    items: (id, count) =>
      step(id, ({ runId }: Context) => {
        journal(runId, id);
        return Array.from({ length: count }, (_, item) => ({ path: [String(item)] }));
      }),
    waits: id => waitForEvent({ id, event: `deploys/${id}`, timeout: '1h' }),
    nap: (flow, id = 'nap') => flow.sleep(NAP, { id }),
  };
}

export async function startDeploys(options: { checkpointing?: boolean } = {}): Promise<DeployRig> {
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => 20 });
  const baseUrl = REAL_SERVER ?? local?.url ?? '';
  const appId = `deploys-${randomUUID().slice(0, 8)}`;
  const inngest = makeClient({ id: appId, baseUrl, ...options });
  const sent: string[] = [];
  const send = inngest.send.bind(inngest);
  inngest.send = (async (event: { name: string }) => {
    sent.push(event.name);
    return send(event as never);
  }) as never;
  const storage = new InMemoryStore();
  const journal: [runId: string, line: string][] = [];
  let handler: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  let mastra: Mastra | undefined;
  const app = await listen(request => handler(request));
  const current = () => {
    if (!mastra) throw new Error('No version is deployed yet');
    return mastra;
  };

  const version = versionOf(inngest, (runId, line) => journal.push([runId, line]));
  const rig: DeployRig = {
    storage,
    sent,
    get mastra() {
      return current();
    },
    graphOf: build => (build(version) as unknown as { serializedStepGraph: unknown[] }).serializedStepGraph,
    store: async () => (await storage.getStore('workflows')) as never,
    deploy: async build => {
      const flows = [build(version)].flat();
      mastra = new Mastra({
        workflows: Object.fromEntries(flows.map(flow => [flow.id, flow])) as never,
        storage,
        logger: false,
      });
      handler = serveSdk({ mastra, inngest });
      await register(app.url);
    },
    run: async (workflowId, runId = randomUUID()) => {
      const workflow = current().getWorkflowById(workflowId as never) as unknown as {
        runs: Map<string, unknown>;
        createRun(options: object): Promise<DeployedRun>;
      };
      // A run object of its own for each call, as another process would have one.
      workflow.runs.delete(runId);
      return workflow.createRun({ runId });
    },
    stored: async (workflowName, runId) => {
      const store = await storage.getStore('workflows');
      return (await store?.loadWorkflowSnapshot({ workflowName, runId })) as unknown as Snapshot;
    },
    reaches: (workflowId, runId, ...statuses) =>
      until(
        () => rig.stored(workflowId, runId),
        row => statuses.includes(row?.status),
      ),
    reachesWith: async (workflowId, runId, isMeant) => {
      await until(() => rig.stored(workflowId, runId), isMeant);
      await rig.settled();
    },
    settled: async () => void (await local?.settled()),
    napping: async workflowId => {
      const run = await rig.run(workflowId);
      await run.startAsync({ inputData: {} });
      await rig.reachesWith(workflowId, run.runId, row => row?.status === 'waiting');
      return run;
    },
    wake: async () => void (await local?.advance(NAP)),
    steps: runId => journal.filter(([id]) => runId === undefined || id === runId).map(([, line]) => line),
    stop: async () => {
      await leaveRealServer(appId);
      await app.close();
      await local?.stop();
    },
  };
  return rig;
}
