/** An app whose functions an earlier release made, and which this release takes over at the same address. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { MastraLogger } from '@mastra/core/logger';
import { InMemoryStore } from '@mastra/core/storage';
import { startLocalServer } from '@mastra/inngest/local';
import type { Inngest } from 'inngest';
import type { Snapshot } from '../../../src/snapshot/snapshot';
import { until } from '../../support/until';
import { listen } from '../../support/listen';
import { REAL_SERVER, leaveRealServer } from '../../support/real-server';
import { register } from '../../support/register';
import { makeClient, ownFunction, serveSdk } from '../../support/sdk';
import type { Run } from './rig';

/** In which a deploy can come. */
const NAP = REAL_SERVER ? 3_000 : 3_600_000;

class Lines extends MastraLogger {
  readonly lines: string[] = [];
  override debug() {}
  override info() {}
  override warn(message: string, ...args: unknown[]) {
    this.lines.push(`${message} ${JSON.stringify(args)}`);
  }
  override error(message: string, ...args: unknown[]) {
    this.lines.push(`${message} ${JSON.stringify(args)}`);
  }
  override trackException() {}
}

export interface Earlier {
  /** What this release logged as a warning or an error. */
  log: string[];
  /** Starts a run as the earlier release does, until it sleeps behind a step; `rows` are what it has stored by then. */
  sleeps(workflowId: string, runId: string, row: Partial<Snapshot>): Promise<void>;
  /** Cancels in Inngest what executes a run, as its dashboard does. */
  cancel(runId: string): Promise<void>;
  /** From here on, this release is what Inngest calls. */
  takeOver(): Promise<void>;
  /** The sleeps are over: Inngest calls the app. */
  wake(): Promise<void>;
  /** A run object of its own for each call. */
  run(workflowId: string, runId: string): Promise<Run & { observeStream(): AsyncIterable<{ type: string }> }>;
  stored(workflowId: string, runId: string): Promise<Snapshot | undefined>;
  write(workflowId: string, snapshot: Snapshot): Promise<void>;
  /** Runs of this app that have failed in Inngest. */
  failures(): string[];
  stop(): Promise<void>;
}

/** @param workflows this release's, whose ids are those of the earlier release's functions */
export async function startEarlier(
  workflowIds: string[],
  workflows: (inngest: Inngest.Any) => Record<string, unknown>,
): Promise<Earlier> {
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => 20 });
  const baseUrl = REAL_SERVER ?? local?.url ?? '';
  const appId = `earlier-${randomUUID().slice(0, 8)}`;
  const inngest = makeClient({ id: appId, baseUrl });
  const logger = new Lines({});
  const mastra = new Mastra({ workflows: workflows(inngest) as never, storage: new InMemoryStore(), logger });
  /** Inngest's own id of each run that sleeps. */
  const asleep = new Map<string, string>();
  const failures: string[] = [];
  const old = workflowIds.map(id =>
    ownFunction(inngest, { id: `workflow.${id}`, triggers: [{ event: `workflow.${id}` }] }, async context => {
      const { event, step, runId: inngestRunId } = context as typeof context & { runId: string };
      const { runId } = event.data as { runId: string };
      // What an earlier release remembers is not in this one's form.
      await step.run(`workflow.${id}.step.one`, async () => ({ ok: true, result: { path: ['one'] } }));
      asleep.set(runId, inngestRunId);
      await step.sleep('nap', NAP);
    }),
  );
  const watching = ownFunction(
    inngest,
    { id: 'watching', triggers: [{ event: 'inngest/function.failed' }] },
    async ({ event }) => {
      const { function_id: name, error } = event.data as { function_id: string; error: { message: string } };
      if (name.startsWith(`${appId}-workflow.`)) failures.push(error.message);
    },
  );
  const other = new Mastra({ logger: false });
  let handler = serveSdk({ mastra: other, inngest, functions: [...old, watching] });
  const app = await listen(request => handler(request));
  await register(app.url);
  const store = async () => {
    const found = await mastra.getStorage()?.getStore('workflows');
    if (!found) throw new Error('no store for workflows');
    return found;
  };
  const earlier: Earlier = {
    log: logger.lines,
    sleeps: async (workflowId, runId, row) => {
      await earlier.write(workflowId, row as Snapshot);
      await inngest.send({ name: `workflow.${workflowId}`, data: { runId, inputData: {} } });
      await until(() => asleep.has(runId));
    },
    cancel: async runId =>
      void (await fetch(`${baseUrl}/v1/runs/${asleep.get(runId)}`, { method: 'DELETE' })),
    takeOver: async () => {
      await local?.settled();
      handler = serveSdk({ mastra, inngest, functions: [watching] });
      await register(app.url);
    },
    wake: async () => local?.advance('1h'),
    run: async (workflowId, runId) => {
      const workflow = mastra.getWorkflowById(workflowId as never) as unknown as {
        runs: Map<string, unknown>;
        createRun(options: object): ReturnType<Earlier['run']>;
      };
      workflow.runs.delete(runId);
      return workflow.createRun({ runId });
    },
    stored: async (workflowName, runId) =>
      ((await (await store()).loadWorkflowSnapshot({ workflowName, runId })) ?? undefined) as
        Snapshot | undefined,
    write: async (workflowName, snapshot) =>
      (await store()).persistWorkflowSnapshot({
        workflowName,
        runId: snapshot.runId,
        snapshot: snapshot as never,
      }),
    failures: () => failures,
    stop: async () => {
      await leaveRealServer(appId);
      await app.close();
      await local?.stop();
    },
  };
  return earlier;
}
