/** Options that have their effect on runs that have begun, or on the requests that execute them. They take their time, so all at once. */
import { randomUUID } from 'node:crypto';
import { inputKey } from '@mastra/inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sdkMajor } from '../../support/sdk';
import { until } from '../../support/until';
import { Stage, quiet } from './stage';

const user = inputKey('user');
const session = randomUUID();
/** An event's name is everyone's on a server. */
const left = (id: string) => `user/${id}-${session}`;

const stage = new Stage();
const note = (entry: string) => void stage.journal.push(entry);

/** A middleware of the SDK's own kind that notes the requests it sees. */
const noting =
  sdkMajor === 3
    ? {
        name: 'noting',
        init: () => ({ onFunctionRun: () => ({ transformInput: () => note('request seen') }) }),
      }
    : class {
        readonly id = 'noting';
        transformFunctionInput<T>(input: T): T {
          note('request seen');
          return input;
        }
      };

const onFailure = ({ error, event }: { error: Error; event: { data: { function_id: string } } }) =>
  note(`failure told ${event.data.function_id} ${error.name}: ${error.message}`);

const CRASHES: Record<string, number> = { crashing: Infinity, 'crashing-twice': 2, 'crashing-once': 1 };
const requests: string[] = [];

beforeAll(async () => {
  await stage.begin({
    late: { concurrency: 1, timeouts: { start: '10s' } },
    long: { timeouts: { finish: '5s' } },
    'left-if': { cancelOn: [{ event: left('left-if'), if: `async.data.user == ${user}` }] },
    'left-match': { cancelOn: [{ event: left('left-match'), match: 'data.inputData.user' }] },
    'left-late': { cancelOn: [{ event: left('left-late'), timeout: '1 second' }] },
    crashing: { retries: 2 },
    'crashing-twice': { retries: 2 },
    'crashing-once': { retries: 0 },
    failing: { retries: 3 },
    telling: { onFailure },
    seen: { middleware: [noting] },
    named: { name: 'A name of its own' },
    whole: { checkpointing: true },
    stepwise: { checkpointing: false },
  });
  stage.harness.proxy.onExecution = async body => {
    const { event } = JSON.parse(body) as { event: { name: string } };
    const id = event.name.replace(/^workflow\./, '');
    requests.push(id);
    if (requestsOf(id) <= (CRASHES[id] ?? 0)) throw new Error('crashed');
  };
});
afterAll(() => stage.end());

const requestsOf = (id: string) => requests.filter(one => one === id).length;
const success = { status: 'success' };
const canceled = { status: 'canceled' };

describe.concurrent('what becomes of a run', () => {
  test('timeouts.start: a run that waits for its turn for longer is cancelled, one that has begun is not', async () => {
    const first = await stage.start('late', { name: 'late 1', held: true });
    await stage.begun('late 1');
    const second = await stage.start('late', { name: 'late 2' });
    expect(await second.asked).toMatchObject(canceled);
    expect(await stage.harness.rested('late', second.runId)).toMatchObject(canceled);
    stage.letGo('late 1');
    expect(await first.asked).toMatchObject(success);
    expect(stage.of('late ')).toEqual(['begin 1', 'end 1']);
  });

  test('timeouts.finish: a run that takes longer is cancelled', async () => {
    const run = await stage.start('long', { name: 'long 1', held: true });
    expect(await run.asked).toMatchObject(canceled);
    expect(await stage.harness.rested('long', run.runId)).toMatchObject(canceled);
    expect(stage.of('long ')).toEqual(['begin 1']);
    stage.letGo('long 1');
  });

  test.each([
    ['left-if', { user: 'a' }],
    ['left-match', { inputData: { user: 'a' } }],
  ])('cancelOn: an event cancels the runs that it means: %s', async (id, data) => {
    const first = await stage.start(id, { name: `${id} a`, user: 'a', held: true });
    const other = await stage.start(id, { name: `${id} b`, user: 'b', held: true });
    await stage.begun(`${id} a`);
    await stage.begun(`${id} b`);
    await stage.harness.inngest.send({ name: left(id), data });
    expect(await first.asked).toMatchObject(canceled);
    expect(await stage.harness.rested(id, first.runId)).toMatchObject(canceled);
    stage.letGo(`${id} a`, `${id} b`);
    expect(await other.asked).toMatchObject(success);
  });

  test('cancelOn with a timeout: an event that comes later cancels nothing', async () => {
    const run = await stage.start('left-late', { name: 'left-late', held: true });
    await stage.begun('left-late');
    await quiet();
    await quiet();
    await stage.harness.inngest.send({ name: left('left-late'), data: {} });
    await quiet();
    stage.letGo('left-late');
    expect(await run.asked).toMatchObject(success);
  });

  test('retries: so often is a crash executed again, then the run has failed with Inngest’s reason', async () => {
    const [often, twice, once] = [
      await stage.start('crashing', { name: 'crashing' }),
      await stage.start('crashing-twice', { name: 'crashing-twice' }),
      await stage.start('crashing-once', { name: 'crashing-once' }),
    ];
    const failed = { status: 'failed', error: { message: expect.stringContaining('502') as string } };
    expect(await often.asked).toMatchObject(failed);
    expect(await once.asked).toMatchObject(failed);
    expect(await twice.asked).toMatchObject(success);
    expect(await stage.harness.rested('crashing', often.runId)).toMatchObject(failed);
    await quiet();
    expect([requestsOf('crashing'), requestsOf('crashing-once')]).toEqual([3, 1]);
    expect(stage.of('crashing')).toEqual(['begin -twice', 'end -twice']);
  });

  test('retries: a step’s own failure is none of them', async () => {
    const run = await stage.start('failing', { name: 'failing', fails: true });
    expect(await run.asked).toMatchObject({ status: 'failed', error: { message: 'no such user: failing' } });
    await quiet();
    expect(stage.of('failing')).toEqual(['begin ', 'end ']);
  });

  test('onFailure is called once, with the error’s own name and message', async () => {
    const run = await stage.start('telling', { name: 'telling', fails: true });
    expect(await run.asked).toMatchObject({ status: 'failed' });
    const told = () => stage.journal.filter(entry => entry.startsWith('failure told'));
    await until(told, ({ length }) => length > 0);
    await quiet();
    const id = `${stage.harness.appId}-workflow.telling`;
    expect(told()).toEqual([`failure told ${id} TypeError: no such user: telling`]);
  });

  test('middleware sees the workflow’s requests', async () => {
    const run = await stage.start('seen', { name: 'seen' });
    expect(await run.asked).toMatchObject(success);
    const seen = stage.journal.filter(entry => entry === 'request seen');
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toHaveLength(requestsOf('seen'));
  });

  test('name is the one in the dashboard, and told apart for the function that continues runs', async () => {
    const response = await fetch(`${stage.harness.proxy.url}/v0/gql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ functions { slug name } }' }),
    });
    const { data } = (await response.json()) as { data: { functions: { slug: string; name: string }[] } };
    const prefix = `${stage.harness.appId}-workflow.named`;
    const ours = data.functions.filter(({ slug }) => slug.startsWith(prefix));
    expect(new Map(ours.map(({ slug, name }) => [slug, name]))).toEqual(
      new Map([
        [prefix, 'A name of its own'],
        [`${prefix}.resume`, 'A name of its own (resume)'],
      ]),
    );
  });

  test('checkpointing: one request for the whole run, or one for each step', async () => {
    for (const id of ['whole', 'stepwise']) {
      const run = await stage.start(id, { name: id });
      expect(await run.asked).toMatchObject(success);
    }
    expect(requestsOf('whole')).toBe(1);
    expect(requestsOf('stepwise')).toBeGreaterThan(1);
  });
});
