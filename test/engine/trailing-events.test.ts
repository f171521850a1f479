/** Events that are still on their way when the next step begins. */
import { createStep } from '@mastra/core/workflows';
import { init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { checkpoints, sdkMajor } from '../support/sdk';

// A real server comes again some ten seconds after a request that broke off.
const PATIENCE = { timeout: 120_000, interval: 10 };

/** Only v4 has a request's answer wait, and only with checkpointing one request executes several steps. */
const trails = sdkMajor === 4 && checkpoints;

interface Message {
  type: string;
  payload: { id?: string; [field: string]: unknown };
  mastraEventId: string;
}

/** What became of every message: it was told to the server, or it is held back. */
class Messages {
  readonly told: Message[] = [];
  readonly held: Message[] = [];
  /** Messages to hold back. */
  holds: (message: Message) => boolean = () => false;
  private release: (() => void)[] = [];

  async see(message: Message): Promise<void> {
    if (this.holds(message)) {
      this.held.push(message);
      await new Promise<void>(resolve => this.release.push(resolve));
    }
    this.told.push(message);
  }

  let(): void {
    this.holds = () => false;
    for (const release of this.release.splice(0)) release();
  }
}

let harness: Harness;
let messages: Messages;
/** Bodies that began, by step. */
let begun: string[];
/** The step that hangs, as in a process that is about to die. */
let hangsIn: string | undefined;

beforeEach(async () => {
  begun = [];
  hangsIn = undefined;
  messages = new Messages();
  harness = await startHarness({ workflows });
  harness.proxy.onPublish = message => messages.see(message as unknown as Message);
});
afterEach(() => harness.stop());

const STEPS = ['one', 'two', 'three', 'four', 'five', 'six'];
type Tuple<T> = [T, T, T, T, T, T];

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const any = { inputSchema: z.any(), outputSchema: z.any() };
  const step = (id: string) =>
    createStep({
      id,
      ...any,
      execute: async ({ inputData }) => {
        begun.push(id);
        if (id === hangsIn) await new Promise(() => {});
        return { ...(inputData as object), [id]: true };
      },
    });
  const [first, second, third, fourth, fifth, sixth] = STEPS.map(step) as Tuple<ReturnType<typeof step>>;
  const chain = createWorkflow({ id: 'chain', ...any })
    .then(first)
    .then(second)
    .then(third)
    .then(fourth)
    .then(fifth)
    .then(sixth)
    .commit();
  return { chain };
}

const ofStep = (id: string) => (message: Message) => message.payload.id === id;
const isEndOf = (id: string) => (message: Message) =>
  ofStep(id)(message) && message.type !== 'workflow-step-start';
const types = (list: Message[]) => list.map(({ type, payload }) => `${type} ${payload.id ?? ''}`.trim());

const WHOLE = [
  ...STEPS.flatMap(id => [
    `workflow-step-start ${id}`,
    `workflow-step-result ${id}`,
    `workflow-step-finish ${id}`,
  ]),
  'workflow-finish',
];

async function start(): Promise<string> {
  const runId = crypto.randomUUID();
  await harness.invoke('chain', { inputData: {}, runId });
  return runId;
}

async function finished(runId: string): Promise<void> {
  await expect.poll(() => types(messages.told).at(-1), PATIENCE).toBe('workflow-finish');
  await harness.rested('chain', runId);
}

if (trails) {
  describe('with checkpointing on v4', () => {
    test('I9: a step begins before the events of the last one have arrived, and all arrive in order', async () => {
      messages.holds = isEndOf('two');
      const runId = await start();
      await expect.poll(() => begun, PATIENCE).toContain('three');
      expect(messages.told.some(isEndOf('two'))).toBe(false);
      messages.let();
      await finished(runId);
      expect(types(messages.told)).toEqual(WHOLE);
    });

    test('I9: no more than four ops are done before their events have arrived', async () => {
      messages.holds = isEndOf('two');
      const runId = await start();
      await expect.poll(() => begun, PATIENCE).toContain('six');
      await expect.poll(() => harness.proxy.names(), PATIENCE).toEqual(STEPS.slice(0, 5));
      await new Promise(resolve => setTimeout(resolve, 200));
      expect(harness.proxy.names()).toEqual(STEPS.slice(0, 5));
      messages.let();
      await finished(runId);
      await harness.proxy.quiet();
      expect(harness.proxy.names()).toEqual([...STEPS, 'finish']);
      expect(types(messages.told)).toEqual(WHOLE);
    });

    test.each([
      ['three', ['two']],
      ['six', ['two', 'three', 'four', 'five']],
    ])('I9: events that a process took with it in %s are told again, in their place', async (place, lost) => {
      hangsIn = place;
      messages.holds = ofStep('two');
      const runId = await start();
      await expect.poll(() => begun, PATIENCE).toContain(place);
      await expect.poll(() => messages.held.length, PATIENCE).toBe(1);
      hangsIn = undefined;
      messages.holds = () => false;
      harness.proxy.breakExecutions();
      await finished(runId);
      expect(begun.filter(id => id !== place)).toEqual(STEPS.filter(id => id !== place));
      const [first] = messages.told;
      const missing = messages.told.filter(({ payload }) => lost.includes(String(payload.id)));
      expect(types(missing)).toEqual(WHOLE.filter(line => lost.includes(line.split(' ')[1] ?? '')));
      expect(missing[0]).toEqual(messages.held[0]);
      expect(missing.map(({ mastraEventId }) => mastraEventId.split('#')[1])).toEqual(
        lost.flatMap(() => ['0', '1', '2']),
      );
      // The step before them is among the last four, so it may be told twice, under one id.
      const once = new Map(messages.told.map(message => [message.mastraEventId, message]));
      expect(types([...once.values()])).toEqual(WHOLE);
      expect(first?.payload.id).toBe('one');
    });

    test('I9: told again, they are what was told before, id by id', async () => {
      hangsIn = 'three';
      const runId = await start();
      await expect.poll(() => messages.told.filter(isEndOf('two')).length, PATIENCE).toBe(2);
      await expect.poll(() => begun, PATIENCE).toContain('three');
      const before = messages.told.filter(({ payload }) => payload.id !== 'three');
      hangsIn = undefined;
      harness.proxy.breakExecutions();
      await finished(runId);
      const ofTheFirst = messages.told.filter(({ payload }) => ['one', 'two'].includes(String(payload.id)));
      expect(ofTheFirst).toEqual([...before, ...before]);
    });
  });
} else {
  test('I9: where no answer can wait for them, a step waits for the events of the last one', async () => {
    messages.holds = isEndOf('two');
    const runId = await start();
    await expect.poll(() => messages.held.length, PATIENCE).toBe(1);
    await expect.poll(() => begun, PATIENCE).toEqual(['one', 'two']);
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(begun).toEqual(['one', 'two']);
    messages.let();
    await finished(runId);
    expect(types(messages.told)).toEqual(WHOLE);
  });
}
