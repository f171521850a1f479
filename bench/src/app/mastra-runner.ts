import { serve as serveEdge } from 'inngest/edge';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { type Tools, workflowOf } from '../graphs/mastra';
import type { Packaged } from '../matrix';
import type { Probe } from '../probe';
import type { Writes } from '../protocol';
import { type Scenario, inputOf } from '../scenarios';
import type { Client } from './client';
import type { Handler } from './raw-runner';
import { type RunTimes, type Runner, Unsupported } from './runner';
import { countWrites } from './store';

/** The entry of either package, as far as the bench uses it. */
interface Package {
  init(client: Client): Tools;
  createStep: Tools['createStep'];
  createServe(adapter: unknown): (options: object) => Handler;
}

interface Result {
  status: string;
  error?: unknown;
}

interface Run {
  start(args: object): Promise<Result>;
  resume(args: object): Promise<Result>;
}

const ENTRIES: Record<Packaged, string> = { ours: '@mastra/inngest', peer: 'peer' };

export interface MastraApp {
  handler: Handler;
  runner: Runner;
  writes: Writes;
}

/** What an app is made of besides its package. */
interface Surroundings {
  probe: Probe;
  scenarios: readonly Scenario[];
  counting: () => boolean;
}

/** The workflows of this package or of the peer, in a Mastra with a store in memory. */
export async function mastraApp(
  contender: Packaged,
  client: Client,
  { probe, scenarios, counting }: Surroundings,
): Promise<MastraApp> {
  const entry = (await import(ENTRIES[contender])) as Package;
  const tools = { ...entry.init(client), createStep: entry.createStep };
  const workflows = Object.fromEntries(
    scenarios.map(scenario => [scenario.id, workflowOf(scenario, tools, run => probe.mark(run))]),
  );
  const storage = new InMemoryStore();
  const mastra = new Mastra({ workflows: workflows as never, storage, logger: false });
  // All contenders answer through the same adapter of the SDK.
  const serve = entry.createServe(serveEdge);
  const handler = serve({ mastra, inngest: client });
  const sent = noteSends(client);
  return {
    handler,
    writes: await countWrites(storage, counting),
    runner: { run: (scenario, run) => runWorkflow({ mastra, probe, sent }, scenario, run) },
  };
}

/** When the event of a run was sent; the time that came before is the package's own. */
function noteSends(client: Client): Map<string, number> {
  const sent = new Map<string, number>();
  const send = client.send.bind(client);
  client.send = async event => {
    const { runId } = (event.data ?? {}) as { runId?: string };
    if (runId) sent.set(runId, performance.now());
    return send(event);
  };
  return sent;
}

interface Context {
  mastra: Mastra;
  probe: Probe;
  sent: Map<string, number>;
}

async function runWorkflow(context: Context, scenario: Scenario, runId: string): Promise<RunTimes> {
  const { mastra, probe, sent } = context;
  let called = performance.now();
  const run = (await mastra.getWorkflow(scenario.id as never).createRun({ runId })) as unknown as Run;
  let result = await run.start({ inputData: inputOf(scenario) });
  if (scenario.kind === 'suspend') {
    await atRest(mastra, scenario, runId, 'suspended');
    called = performance.now();
    result = await run.resume({ step: 'approval', resumeData: { ok: true } }).catch(refused);
  }
  const resolved = performance.now();
  // A package whose `start()` comes back early is timed to its last step all the same.
  const early = result.status !== 'success';
  await probe.bodies(runId, scenario.bodies);
  await atRest(mastra, scenario, runId, 'success');
  return { called, sent: sent.get(runId) ?? called, resolved, early };
}

/** Resolves when the stored run has that status. */
async function atRest(mastra: Mastra, { id }: Scenario, runId: string, status: string): Promise<void> {
  const store = await mastra.getStorage()?.getStore('workflows');
  for (let tries = 0; tries < 1000; tries++) {
    const snapshot = await store?.loadWorkflowSnapshot({ workflowName: id, runId });
    if (snapshot?.status === status) return;
    if (snapshot?.status === 'failed') throw new Error(`The run failed: ${JSON.stringify(snapshot.error)}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error(`The stored run did not become ${status} within 20 seconds`);
}

function refused(error: unknown): never {
  if ((error as { code?: string }).code === 'NOT_SUPPORTED') throw new Unsupported(String(error));
  throw error;
}
