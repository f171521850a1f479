import { randomUUID } from 'node:crypto';
import { startApp, type App } from './app.js';
import { openInngestServer, type InngestServer } from './inngest-server.js';
import { invoke } from './invoke.js';
import { readOptions, usage, type DemoOptions } from './options.js';
import { DemoProblem } from './problem.js';
import { watchRun } from './realtime.js';
import { View } from './view.js';

const WORKFLOW_ID = 'increment-workflow';
const FUNCTION_SLUG = `mastra-workflow.${WORKFLOW_ID}`;

const view = new View();
const cleanups: (() => Promise<void>)[] = [];

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (!options) return view.note(usage);

  view.title(`A Mastra workflow on Inngest: ${WORKFLOW_ID}, from ${options.value} to 10`);
  const server = await openInngestServer(options);
  cleanups.push(() => server.stop());
  view.done('Inngest server', `${server.url} (${server.kind})`);

  const app = await startApp(options, server.url, (level, line) => view.log(level, line));
  cleanups.push(() => app.stop());
  view.done('Example app', app.origin);

  await app.sync();
  view.done('Synced', app.inngestUrl);

  await runOnce(options, server, app);
  if (options.serve) await untilInterrupted(server, app);
}

async function runOnce(options: DemoOptions, server: InngestServer, app: App): Promise<void> {
  const runId = randomUUID();
  const channel = `workflow:${WORKFLOW_ID}:${runId}`;
  const watch = await watchRun(channel, event => view.event(event));
  view.done('Subscribed', channel);
  try {
    const data = { inputData: { value: options.value }, runId };
    await invoke(server.url, FUNCTION_SLUG, data);
    view.done('Invoked', `${FUNCTION_SLUG} ${JSON.stringify({ data })}`);
    view.runBegins();
    await watch.finished;
  } finally {
    watch.close();
  }
  const { status, result } = (await app.storedRun(runId)) as { status: string; result?: unknown };
  view.result({ runId, status, result });
  if (status !== 'success') throw new DemoProblem(`The run ended as "${status}".`);
}

async function untilInterrupted(server: InngestServer, app: App): Promise<void> {
  const interrupted = new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  view.note(
    `Both keep running until Ctrl-C:\n  Inngest server  ${server.url}\n  Example app     ${app.origin}/mastra/workflows\n`,
  );
  await interrupted;
}

async function finish(exitCode: number): Promise<never> {
  for (const cleanup of cleanups.reverse()) await cleanup().catch(() => {});
  process.exit(exitCode);
}

try {
  await main();
  await finish(0);
} catch (error) {
  const text = error instanceof DemoProblem ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`error: ${text}\n`);
  await finish(1);
}
