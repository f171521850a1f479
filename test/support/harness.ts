/** An app, an Inngest server and the counting proxy between them. The real server is used where `INNGEST_BASE_URL` is set. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import type { MastraServerCache } from '@mastra/core/cache';
import { InMemoryStore, type MastraCompositeStore } from '@mastra/core/storage';
import { startLocalServer } from '@mastra/inngest/local';
import type { Inngest } from 'inngest';
import { listen } from './listen';
import { REAL_SERVER, leaveRealServer } from './real-server';
import { register } from './register';
import { makeClient, serveSdk } from './sdk';
import { until } from './until';
import { WireProxy } from './wire-proxy';

export interface HarnessOptions {
  /** Builds the workflows with the client. */
  workflows: (inngest: Inngest.Any) => Record<string, unknown>;
  functions?: (inngest: Inngest.Any) => object[];
  /** Builds the agents with the client. */
  agents?: (inngest: Inngest.Any) => Record<string, unknown>;
  /** Undefined: as the process's setting has it, or the SDK's own default. */
  checkpointing?: boolean | { maxRuntime: string };
  storage?: MastraCompositeStore;
  /** Milliseconds until the local server calls again after a call that failed; 20 by default. */
  retryDelay?: number;
  /** What the SDK logs to; nothing by default. */
  logger?: object;
  cache?: MastraServerCache;
  backgroundTasks?: ConstructorParameters<typeof Mastra>[0] extends infer C
    ? C extends { backgroundTasks?: infer B }
      ? B
      : never
    : never;
  observability?: ConstructorParameters<typeof Mastra>[0] extends infer C
    ? C extends { observability?: infer O }
      ? O
      : never
    : never;
}

export interface Harness {
  inngest: Inngest.Any;
  mastra: Mastra;
  proxy: WireProxy;
  appId: string;
  /** Invokes a workflow as the dashboard's *Invoke* does. */
  invoke(workflowId: string, data: Record<string, unknown>): Promise<void>;
  /** Lets time pass on the local server; on the real one, it passes by itself. */
  advance(by: string): Promise<void>;
  /** The stored snapshot of a run, once it is at rest. */
  rested(workflowId: string, runId: string): Promise<Stored>;
  snapshots(workflowId: string): Promise<Stored[]>;
  stop(): Promise<void>;
}

export interface Stored {
  runId: string;
  status: string;
  context: Record<string, { status: string; output: unknown; payload: unknown; error?: unknown }>;
  value: unknown;
  result: unknown;
  error?: { message: string };
}

export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const local = REAL_SERVER
    ? undefined
    : await startLocalServer({ port: 0, retryDelay: () => options.retryDelay ?? 20 });
  const serverUrl = REAL_SERVER ?? local?.url ?? '';
  const proxy = new WireProxy(serverUrl, () => app.url);
  await proxy.listen();
  const appId = `app-${randomUUID().slice(0, 8)}`;
  const inngest = makeClient({
    id: appId,
    baseUrl: proxy.url,
    checkpointing: options.checkpointing,
    ...(options.logger && { logger: options.logger }),
  });
  const storage = options.storage ?? new InMemoryStore();
  const mastra = new Mastra({
    workflows: options.workflows(inngest) as never,
    agents: options.agents?.(inngest) as never,
    storage,
    cache: options.cache,
    observability: options.observability,
    backgroundTasks: options.backgroundTasks,
    logger: false,
  });
  const handler = serveSdk({ mastra, inngest, functions: options.functions?.(inngest) });
  const app = await listen(handler);
  await register(proxy.url);
  return {
    inngest,
    mastra,
    proxy,
    appId,
    invoke: (workflowId, data) => invoke(serverUrl, `${appId}-workflow.${workflowId}`, data),
    advance: async by => local?.advance(by),
    rested: (workflowId, runId) => rested(mastra, workflowId, runId),
    snapshots: workflowId => snapshots(mastra, workflowId),
    stop: async () => {
      await leaveRealServer(appId);
      await proxy.close();
      await app.close();
      await local?.stop();
    },
  };
}

async function invoke(serverUrl: string, functionSlug: string, data: Record<string, unknown>): Promise<void> {
  const query =
    'mutation($functionSlug:String!,$data:Map,$user:Map){invokeFunction(functionSlug:$functionSlug,data:$data,user:$user)}';
  const response = await fetch(`${serverUrl}/v0/gql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { functionSlug, data } }),
  });
  const answer = (await response.json()) as { data?: { invokeFunction?: boolean } };
  if (!answer.data?.invokeFunction) throw new Error(`Invoke was refused: ${JSON.stringify(answer)}`);
}

async function workflowsStore(mastra: Mastra) {
  const store = await mastra.getStorage()?.getStore('workflows');
  if (!store) throw new Error('No store for workflows');
  return store;
}

const AT_REST = ['success', 'failed', 'suspended', 'paused', 'canceled', 'tripwire', 'bailed'];

async function rested(mastra: Mastra, workflowId: string, runId: string): Promise<Stored> {
  const store = await workflowsStore(mastra);
  const snapshot = await until(
    () => store.loadWorkflowSnapshot({ workflowName: workflowId, runId }),
    found => found !== null && AT_REST.includes(found.status),
  );
  return snapshot as never;
}

async function snapshots(mastra: Mastra, workflowId: string): Promise<Stored[]> {
  const store = await workflowsStore(mastra);
  const { runs } = await store.listWorkflowRuns({ workflowName: workflowId });
  return runs.map(
    run => (typeof run.snapshot === 'string' ? JSON.parse(run.snapshot) : run.snapshot) as Stored,
  );
}
