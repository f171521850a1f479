/**
 * What an agent's run costs: ops, realtime messages, and the bytes that Inngest and the app say to each other. Times have no limits: they
 * depend on the machine. Without checkpointing, and for calls that run at once, Inngest sends every result with every request, to functions
 * written by hand, too: so bytes are compared with such a function.
 */
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createInngestAgent } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ModelCall, type Turn, scriptedModel } from '../agent/support/scripted-model';
import { type Harness, startHarness } from '../support/harness';
import { ownFunction } from '../support/sdk';
import { until } from '../support/until';

const PAGE = 40_000;
const apps: Harness[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop();
});

/** How many calls of the tool each turn makes. */
type Calls = number[];

interface Costs {
  ops: string[];
  publishes: number;
  toApp: number;
  fromApp: number;
  /** Bytes of the stored row, once the run has ended. */
  row: number;
}

const calls = (of: Calls): Turn[] =>
  of.map((count, turn) =>
    count === 0
      ? { text: ['That', ' is', ' all.'] }
      : {
          tools: Array.from({ length: count }, (_, n) => ({
            name: 'read',
            args: { page: 100 * turn + n },
            id: `call-${turn}-${n}`,
          })),
        },
  );

async function costs(app: Harness): Promise<Costs> {
  const { proxy } = app;
  await proxy.quiet();
  const ops = proxy.counted().map(({ name }) => name);
  const [stored] = await app.snapshots('durable-agentic-loop');
  const row = JSON.stringify(stored ?? null).length;
  return { ops, publishes: proxy.publishes, toApp: proxy.bytesToApp, fromApp: proxy.bytesFromApp, row };
}

/** A run of an agent whose model makes these calls. */
async function byAgent(of: Calls, checkpointing: boolean, bytes = 100, options = {}): Promise<Costs> {
  const read = createTool({
    id: 'read',
    description: 'Reads a page',
    inputSchema: z.object({ page: z.number() }),
    execute: async ({ page }) => ({ page, text: `${page} `.repeat(bytes / `${page} `.length) }),
  });
  const turns = calls(of);
  const model = scriptedModel(
    ({ prompt }: ModelCall) => turns[prompt.filter(({ role }) => role === 'assistant').length] ?? {},
  );
  const agent = new Agent({
    id: 'reader',
    name: 'reader',
    instructions: 'Read.',
    model: model as never,
    tools: { read },
  });
  const app = await startHarness({
    workflows: () => ({}),
    agents: inngest => ({ reader: createInngestAgent({ agent, inngest, maxSteps: 100 }) }),
    checkpointing: checkpointing && { maxRuntime: '10m' },
  });
  apps.push(app);
  const durable = app.mastra.getAgentById('reader') as unknown as ReturnType<typeof createInngestAgent>;
  const result = await durable.stream('Read all of it.', options);
  const output = await result.output.getFullOutput();
  expect(output.text).toBe('That is all.');
  expect(model.calls).toHaveLength(of.length);
  return costs(app);
}

/** A run whose model says 500 words in one call. */
async function byTalker(checkpointing: boolean): Promise<Costs> {
  const text = Array.from({ length: 500 }, (_, place) => `word${place} `);
  const model = scriptedModel([{ text }]);
  const agent = new Agent({ id: 'talker', name: 'talker', instructions: 'Talk.', model: model as never });
  const app = await startHarness({
    workflows: () => ({}),
    agents: inngest => ({ talker: createInngestAgent({ agent, inngest }) }),
    checkpointing: checkpointing && { maxRuntime: '10m' },
  });
  apps.push(app);
  const durable = app.mastra.getAgentById('talker') as unknown as ReturnType<typeof createInngestAgent>;
  const { fullStream } = await durable.stream('Talk.');
  let said = '';
  for await (const chunk of fullStream) if (chunk.type === 'text-delta') said += chunk.payload.text;
  expect(said).toBe(text.join(''));
  return costs(app);
}

/** How many calls of one turn core runs at once, if nothing else is said (`toolCallConcurrency`). */
const AT_ONCE = 10;

/** The same as a function by hand: one step for each call of the model and of the tool. */
async function byHand(of: Calls, checkpointing: boolean, bytes: number): Promise<Costs> {
  let isOver = false;
  const functions = (inngest: Inngest.Any) => [
    ownFunction(inngest, { id: 'reader', triggers: [{ event: 'read' }] }, (async ({ step }: never) => {
      const { run } = step as { run: (id: string, body: () => Promise<unknown>) => Promise<unknown> };
      for (const [turn, count] of of.entries()) {
        await run(`model ${turn}`, async () => ({ calls: count }));
        const pages = Array.from({ length: count }, (_, n) => n);
        const read = (page: number) =>
          run(`tool ${turn}.${page}`, async () => ({ page, text: 'x'.repeat(bytes) }));
        while (pages.length > 0) await Promise.all(pages.splice(0, AT_ONCE).map(read));
      }
      isOver = true;
    }) as never),
  ];
  const app = await startHarness({
    workflows: () => ({}),
    functions,
    checkpointing: checkpointing && { maxRuntime: '10m' },
  });
  apps.push(app);
  await app.inngest.send({ name: 'read', data: {} });
  await until(() => isOver);
  return costs(app);
}

describe.each([true, false])('checkpointing %s', checkpointing => {
  test('an op for each call of the model and of a tool, and two for the run', async () => {
    const { ops, publishes } = await byAgent([1, 1, 0], checkpointing);
    expect(ops).toEqual([
      'turn › model',
      'turn › tool [0]',
      'turn (2) › model',
      'turn (2) › tool [0]',
      'turn (3) › model',
      'map-final-output',
      'finish',
    ]);
    expect(publishes).toBeLessThanOrEqual(20);
  });

  test('500 words of one call are told in a few messages', async () => {
    const { publishes } = await byTalker(checkpointing);
    expect(publishes).toBeLessThanOrEqual(15);
  });

  test('calls that run at once have their results gathered in one op more', async () => {
    const { ops } = await byAgent([3, 0], checkpointing);
    expect(ops.toSorted()).toEqual(
      ['turn › model', 'turn › tool [0]', 'turn › tool [1]', 'turn › tool [2]', 'turn › tool results']
        .concat(['turn (2) › model', 'map-final-output', 'finish'])
        .toSorted(),
    );
  });

  test('15 results of 40 KB, one a turn, cost what they cost by hand', async () => {
    const of = [...Array.from({ length: 15 }, () => 1), 0];
    const agent = await byAgent(of, checkpointing, PAGE);
    const hand = await byHand(of, checkpointing, PAGE);
    expect(agent.toApp + agent.fromApp).toBeLessThan(1.35 * (hand.toApp + hand.fromApp));
    if (checkpointing) expect(agent.toApp + agent.fromApp).toBeLessThan(3_000_000);
    // The run's result, which has them twice, as JSON and with its types.
    expect(agent.row).toBeGreaterThan(15 * PAGE);
    expect(agent.row).toBeLessThan(4.7 * 15 * PAGE);
  });

  test('15 results of 40 KB in one turn: each is sent once, and comes back with each request after it', async () => {
    const agent = await byAgent([15, 0], checkpointing, PAGE);
    const hand = await byHand([15, 0], checkpointing, PAGE);
    expect(agent.fromApp).toBeLessThan(1.1 * hand.fromApp);
    // Without checkpointing, the requests of the gathered results, the last answer and the end have all of them once more.
    const later = checkpointing ? 0 : 3 * 15.8 * PAGE;
    expect(agent.toApp).toBeLessThan(1.15 * hand.toApp + later);
  });

  test('15 results of 40 KB in one turn, all at once: no request has others but those after it', async () => {
    const all = { toolCallConcurrency: 15 };
    const { toApp, fromApp } = await byAgent([15, 0], checkpointing, PAGE, all);
    expect(toApp + fromApp).toBeLessThan(checkpointing ? 1_700_000 : 4_300_000);
  });

  test('50 results of 40 KB come to an end', async () => {
    const of = [...Array.from({ length: 50 }, () => 1), 0];
    const { fromApp, ops } = await byAgent(of, checkpointing, PAGE);
    expect(ops).toHaveLength(103);
    expect(fromApp).toBeLessThan(3_000_000);
  });
});
