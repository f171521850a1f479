/**
 * Starts for which Inngest has a run, while none of its calls reaches the workflow: whoever waits is told why. They take their
 * time, so at once, each with an app of its own.
 */
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { type TestContext, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { lookSoon } from '../support/look-soon';
import { until } from '../support/until';
import { type Harness, startHarness } from '../support/harness';
import { WireProxy } from '../support/wire-proxy';

const any = z.any();
lookSoon();
/** No retry of the local server comes within a test; a real one goes on calling for as long as the first look takes. */
const OPTIONS = { retries: 20 } as const;

interface Result {
  status: string;
}
interface Run {
  start(args: object): Promise<Result>;
  resume(args: object): Promise<Result>;
  stream(args: object): { result: Promise<Result> };
  cancel(): Promise<void>;
}

function workflows(inngest: Inngest.Any, held: Promise<void>) {
  const { createWorkflow } = init(inngest);
  const ask = createStep({
    id: 'ask',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ resumeData, suspend }) => resumeData ?? suspend({}),
  });
  const hold = createStep({
    id: 'hold',
    inputSchema: any,
    outputSchema: any,
    execute: async () => {
      await held;
      return {};
    },
  });
  const define = (id: string, options: object) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, ...OPTIONS, ...options });
  return {
    asks: define('asks', {}).then(ask).commit(),
    queued: define('queued', { concurrency: 1 }).then(hold).commit(),
  };
}

/** An app, and what it warns of. */
async function stage({ onTestFinished }: TestContext) {
  let letGo = () => {};
  const held = new Promise<void>(resolve => (letGo = resolve));
  const harness = await startHarness({
    workflows: inngest => workflows(inngest, held),
    retryDelay: 3_600_000,
  });
  onTestFinished(() => harness.stop());
  const warnings: string[] = [];
  const logger = { warn: (text: string) => void warnings.push(text), child: () => logger };
  for (const level of ['debug', 'info', 'error', 'trackException']) Object.assign(logger, { [level]() {} });
  harness.mastra.setLogger({ logger: logger as never });
  const runOf = async (id: string) =>
    (await harness.mastra.getWorkflowById(id).createRun()) as unknown as Run;
  const isWarned = () => until(async () => warnings.length > 0);
  return { harness, warnings, letGo, runOf, isWarned };
}

function answerCalls({ proxy }: Harness, status: number, body: string): void {
  proxy.refusal = { status, body };
  proxy.refused = '/api/inngest';
}

/** The app's host, under which it has registered, is gone. */
async function refuseConnections({ proxy }: Harness): Promise<void> {
  const host = new WireProxy(proxy.url, () => proxy.url);
  await host.listen();
  const synced = await fetch(`${host.url}/api/inngest`, { method: 'PUT' });
  expect(synced.status).toBe(200);
  await host.close();
}

const FAILING: [string, (harness: Harness) => unknown][] = [
  ['404, as at a URL where nothing is mounted', harness => answerCalls(harness, 404, 'Not Found')],
  ['500 and a page', harness => answerCalls(harness, 500, '<html><body>Internal Server Error</body></html>')],
  ['no connection', refuseConnections],
];

describe.concurrent('whoever waits for a start', () => {
  for (const [what, fails] of FAILING) {
    test(`start() warns once that the calls fail: ${what}`, async context => {
      const { harness, warnings, runOf, isWarned } = await stage(context);
      await fails(harness);
      const run = await runOf('asks');
      const started = run.start({ inputData: {} });
      await isWarned();
      expect(warnings).toEqual([
        expect.stringMatching(
          /has not begun yet; waiting goes on\. Inngest has taken its event and has the run [0-9A-Z]{26} for it.* fail \(\d+ so far\)/,
        ),
      ]);
      expect(warnings[0]).toContain(`"${harness.appId}"`);
      await run.cancel();
      expect(await started).toMatchObject({ status: 'canceled' });
      expect(warnings).toHaveLength(1);
    });
  }

  test('stream() warns of it, too', async context => {
    const { harness, warnings, runOf, isWarned } = await stage(context);
    answerCalls(harness, 404, 'Not Found');
    const run = await runOf('asks');
    const { result } = run.stream({ inputData: {} });
    await isWarned();
    expect(warnings).toEqual([expect.stringContaining('has not begun yet')]);
    await run.cancel();
    expect(await result).toMatchObject({ status: 'canceled' });
  });

  test('resume() warns of it, too', async context => {
    const { harness, warnings, runOf, isWarned } = await stage(context);
    const run = await runOf('asks');
    expect(await run.start({ inputData: {} })).toMatchObject({ status: 'suspended' });
    answerCalls(harness, 404, 'Not Found');
    const resumed = run.resume({ resumeData: { yes: true } });
    await isWarned();
    expect(warnings).toEqual([
      expect.stringMatching(/has not gone on yet; waiting goes on\. Inngest has taken its event/),
    ]);
    await run.cancel();
    expect(await resumed).toMatchObject({ status: 'canceled' });
  });

  test('a run that waits for its turn is no such run: nobody is warned', async context => {
    const { harness, warnings, letGo, runOf } = await stage(context);
    const reads = vi.spyOn(globalThis, 'fetch');
    const [first, second] = [await runOf('queued'), await runOf('queued')];
    const results = [first.start({ inputData: {} }), second.start({ inputData: {} })];
    const urls = () =>
      reads.mock.calls
        .map(([url]) => (url instanceof Request ? url.url : url.toString()))
        .filter(url => url.startsWith(harness.proxy.url));
    const asked = (path: RegExp) => urls().filter(url => path.test(url)).length;
    // Each is looked for twice, and of the one that waits it is asked how many calls have failed.
    await until(async () => asked(/\/v1\/events\/\w+\/runs/) >= 4 && asked(/\/v1\/runs\/\w+\/jobs/) >= 2);
    letGo();
    expect(await Promise.all(results)).toMatchObject([{ status: 'success' }, { status: 'success' }]);
    expect(warnings).toEqual([]);
  });
});
