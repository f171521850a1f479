/** A workflow with a plan does what it does without, in fewer ops. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../support/harness';
import { PLAN, type Turns, turnsWorkflow } from './turns';

const apps: Harness[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop();
});

interface Played {
  checkpointing?: boolean;
  planned?: boolean;
}

async function play(turns: Turns, { checkpointing = true, planned = true }: Played = {}) {
  const id = `turns-${randomUUID().slice(0, 8)}`;
  const app = await startHarness({
    workflows: inngest => ({ [id]: turnsWorkflow(inngest, id, turns, planned ? PLAN : undefined) }),
    checkpointing: checkpointing && { maxRuntime: '10m' },
  });
  apps.push(app);
  const run = await app.mastra.getWorkflow(id as never).createRun({ runId: randomUUID() });
  const ops = async () => {
    await app.proxy.quiet();
    return app.proxy.counted().map(({ name }) => name);
  };
  return { id, run, app, ops };
}

const inputData = { question: 'why' };
type Outcome = { status: string; result?: unknown; error?: Error };

describe.each([true, false])('checkpointing %s', checkpointing => {
  test('three turns with two tools take seven ops, and give what they give without a plan', async () => {
    const did: string[] = [];
    const turns = { calls: [1, 1, 0], did: (what: string) => did.push(what) };
    const planned = await play(turns, { checkpointing });
    const outcome = (await planned.run.start({ inputData })) as Outcome;
    expect(await planned.ops()).toEqual([
      'turn › model',
      'turn › tool [0]',
      'turn (2) › model',
      'turn (2) › tool [0]',
      'turn (3) › model',
      'final',
      'finish',
    ]);
    const said = [
      'model 0',
      'tool 0.0',
      'decide 1',
      'model 1',
      'tool 1.0',
      'decide 2',
      'model 2',
      'decide 3',
    ];
    expect(did).toEqual(said);
    const plain = await play(turns, { checkpointing, planned: false });
    const other = (await plain.run.start({ inputData })) as Outcome;
    expect(outcome.result).toEqual(other.result);
    expect((await plain.ops()).length).toBeGreaterThan(20);
  });

  test('tools that are suspended at once go on one by one, each by its label', async () => {
    const did: string[] = [];
    const turns: Turns = {
      calls: [3, 1, 0],
      did: what => did.push(what),
      tool: async ({ inputData: call, suspend, resumeData }) => {
        if (!String(call).startsWith('0.') || resumeData)
          return `${String(call)} ${JSON.stringify(resumeData)}`;
        return suspend({ asks: call }, { resumeLabel: String(call) });
      },
    };
    const { run, ops, app, id } = await play(turns, { checkpointing });
    expect(await run.start({ inputData })).toMatchObject({ status: 'suspended' });
    expect(did.filter(what => what.startsWith('model'))).toEqual(['model 0']);
    for (const label of ['0.1', '0.0']) {
      const next = await run.resume({ label, resumeData: { approved: label } });
      expect(next).toMatchObject({ status: 'suspended' });
    }
    const again = run.resume({ label: '0.1', resumeData: {} });
    await expect(again).rejects.toThrow('nothing is suspended with the label "0.1"');
    const outcome = (await run.resume({ label: '0.2', resumeData: { approved: '0.2' } })) as Outcome;
    const { said } = outcome.result as { said: { result?: string }[] };
    expect(said.flatMap(({ result }) => result ?? [])).toEqual([
      '0.0 {"approved":"0.0"}',
      '0.1 {"approved":"0.1"}',
      '0.2 {"approved":"0.2"}',
      '1.0 undefined',
    ]);
    expect(did.filter(what => what.startsWith('model'))).toEqual(['model 0', 'model 1', 'model 2']);
    expect((await ops()).filter(name => name.includes('model'))).toHaveLength(3);
    expect(await app.snapshots('turn')).toEqual([]);
    expect(await app.rested(id, run.runId)).not.toHaveProperty('inngest.inlined');
  });

  test('a tool that throws fails the run with its message, and a joined step that throws, too', async () => {
    const thrower = async () => {
      throw new TypeError('no such city');
    };
    const { run } = await play({ calls: [1], tool: thrower }, { checkpointing });
    expect(await run.start({ inputData })).toMatchObject({
      status: 'failed',
      error: { message: 'no such city' },
    });
    const did = (what: string) => {
      if (what === 'decide 1') throw new TypeError('undecided');
    };
    const other = await play({ calls: [1], did }, { checkpointing });
    expect(await other.run.start({ inputData })).toMatchObject({
      status: 'failed',
      error: { message: 'undecided' },
    });
    expect(await other.ops()).toEqual(['turn › model', 'turn › tool [0]', 'finish']);
  });

  test('what leaves its op no room has nothing joined to it', async () => {
    const model = async () => 'x'.repeat(3_900_000);
    const { run, ops } = await play({ calls: [0], model }, { checkpointing });
    expect((await run.start({ inputData })) as Outcome).toMatchObject({ status: 'success' });
    expect(await ops()).toEqual(['turn › model', 'turn › merge', 'final', 'finish']);
  });

  test('a joined step whose result does not fit beside the others fails with a word about it', async () => {
    const did: string[] = [];
    const large = {
      model: async () => 'x'.repeat(2_500_000),
      check: () => ({ more: 'y'.repeat(2_500_000) }),
    };
    const { run, ops } = await play({ calls: [0], ...large, did: what => did.push(what) }, { checkpointing });
    const outcome = (await run.start({ inputData })) as Outcome;
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'OUTPUT_TOO_LARGE' } });
    expect(outcome.error?.message).toContain('Step check');
    expect(did).toEqual(['model 0']);
    expect(await ops()).toEqual(['turn › model', 'finish']);
  });

  test.each([
    ['in one turn', [15, 0]],
    ['one a turn', [...Array.from({ length: 15 }, () => 1), 0]],
  ])('fifteen results of 40 KB, %s: a memo has what it adds', async (_name, calls) => {
    const large = 'x'.repeat(40_000);
    const tool = async ({ inputData: call }: { inputData: unknown }) => `${String(call)} ${large}`;
    const { run, app } = await play({ calls, tool }, { checkpointing });
    const outcome = (await run.start({ inputData })) as Outcome;
    const { said } = outcome.result as { said: { result?: string }[] };
    expect(said.filter(({ result }) => (result?.length ?? 0) > 40_000)).toHaveLength(15);
    await app.proxy.quiet();
    const { bytesToApp, bytesFromApp, executions } = app.proxy;
    const memos = app.proxy.counted().map(({ name, data }) => [name, JSON.stringify(data).length] as const);
    const others = memos.filter(([name]) => !name.includes('tool'));
    expect(Math.max(...others.map(([, size]) => size))).toBeLessThan(2000);
    expect(bytesFromApp).toBeLessThan(700_000);
    // Inngest sends each request all memos.
    expect(bytesToApp).toBeLessThan((executions.length * 15 * 40_100) / 1.8);
  });
});

test('an inlined workflow can not be restarted or repeated from one of its steps: nothing is stored of them', async () => {
  const { run } = await play({ calls: [1, 0] });
  await run.start({ inputData });
  const travel = run.timeTravel({ step: 'turn.merge', inputData: {} } as never);
  await expect(travel).rejects.toMatchObject({ code: 'TIME_TRAVEL_IMPOSSIBLE' });
});
