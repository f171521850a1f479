/** The workflows of these tests behind an Inngest server, and what they did. */
import { randomUUID } from 'node:crypto';
import type { MastraCompositeStore } from '@mastra/core/storage';
import { expect } from 'vitest';
import type { Snapshot } from '../../../src/snapshot/snapshot';
import { type Harness, startHarness } from '../../support/harness';
import { runsWorkflows } from './workflows';

export interface Result {
  status: string;
  result?: unknown;
  state?: unknown;
  steps: Record<string, { status: string; output?: unknown }>;
}

export interface Run {
  readonly runId: string;
  start(args: object): Promise<Result>;
  startAsync(args: object): Promise<unknown>;
  resume(args: object): Promise<Result>;
  resumeAsync(args: object): Promise<unknown>;
  timeTravel(args: object): Promise<Result>;
  restart(args?: object): Promise<Result>;
  cancel(): Promise<void>;
}

export interface Rig {
  harness: Harness;
  /** A run object of its own for each call, as another process would have one. */
  run(workflowId: string, runId?: string): Promise<Run>;
  stored(workflowId: string, runId: string): Promise<(Snapshot & { context: Result['steps'] }) | null>;
  write(workflowId: string, snapshot: Snapshot): Promise<void>;
  /** Waits until the stored run has this status. */
  reaches(workflowId: string, runId: string, status: string): Promise<void>;
  /** The steps that began for this run, in order. */
  steps(runId: string): string[];
  /** Every line of the journal. */
  journal: string[];
  /** Sends an event by hand. */
  send(event: object): Promise<void>;
  rest(method: string, path: string): Promise<Response>;
  /** While it lasts, Inngest takes no events. */
  withoutServer(act: () => Promise<void>): Promise<void>;
  graphql<T>(query: string, variables: object): Promise<T>;
  stop(): Promise<void>;
}

/** The url of the Inngest server behind the rig's proxy answers REST and GraphQL, too. */
export async function startRig(storage?: MastraCompositeStore): Promise<Rig> {
  const journal: string[] = [];
  const harness = await startHarness({
    storage,
    workflows: inngest => runsWorkflows(inngest, line => journal.push(line)),
  });
  const store = async () => {
    const found = await harness.mastra.getStorage()?.getStore('workflows');
    if (!found) throw new Error('no store for workflows');
    return found;
  };
  const url = harness.proxy.url;
  const rig: Rig = {
    harness,
    journal,
    run: async (workflowId, runId = randomUUID()) => {
      const workflow = harness.mastra.getWorkflowById(workflowId as never) as unknown as {
        runs: Map<string, unknown>;
        createRun(options: object): Promise<Run>;
      };
      workflow.runs.delete(runId);
      return workflow.createRun({ runId });
    },
    stored: async (workflowName, runId) =>
      (await (await store()).loadWorkflowSnapshot({ workflowName, runId })) as never,
    write: async (workflowName, snapshot) =>
      (await store()).persistWorkflowSnapshot({
        workflowName,
        runId: snapshot.runId,
        snapshot: snapshot as never,
      }),
    reaches: async (workflowId, runId, status) => {
      const current = async () => (await rig.stored(workflowId, runId))?.status;
      await expect.poll(current, { interval: 20 }).toBe(status);
    },
    steps: runId =>
      journal.filter(line => line.startsWith(`${runId}/`)).map(line => line.slice(runId.length + 1)),
    send: async event => {
      await fetch(`${url}/e/test`, { method: 'POST', body: JSON.stringify(event) });
    },
    withoutServer: async act => {
      const { inngest } = harness;
      const send = inngest.send.bind(inngest);
      inngest.send = (async () => {
        throw new Error('connect ECONNREFUSED');
      }) as never;
      try {
        await act();
      } finally {
        inngest.send = send as never;
      }
    },
    rest: (method, path) => fetch(`${url}${path}`, { method }),
    graphql: async (query, variables) => {
      const response = await fetch(`${url}/v0/gql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return ((await response.json()) as { data: never }).data;
    },
    stop: () => harness.stop(),
  };
  return rig;
}

/** What a call was refused with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown as { code?: string; id?: string; name?: string },
  );
  return error === undefined ? 'nothing was thrown' : (error.code ?? error.id ?? error.name ?? 'something');
}

/** Time in which anything that must not happen would have happened. */
export const quiet = () => new Promise(resolve => setTimeout(resolve, 500));
