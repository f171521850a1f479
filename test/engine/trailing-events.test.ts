/** Events that are still on their way when the next step begins. */
import { createStep } from '@mastra/core/workflows';
import { init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { checkpoints, sdkMajor } from '../support/sdk';

// A real server comes again some ten seconds after a request that broke off.
vi.setConfig({ testTimeout: 150_000 });
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
/** Step `three` hangs in its first execution, as in a process that is about to die. */
let hangs: boolean;

beforeEach(async () => {
  begun = [];
  hangs = true;
  messages = new Messages();
  harness = await startHarness({ workflows });
  harness.proxy.onPublish = message => messages.see(message as unknown as Message);
});
afterEach(() => harness.stop());

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const any = { inputSchema: z.any(), outputSchema: z.any() };
  const step = (id: string) =>
    createStep({
      id,
      ...any,
      execute: async ({ inputData }) => {
        begun.push(id);
        if (id === 'three' && hangs) await new Promise(() => {});
        return { ...(inputData as object), [id]: true };
      },
    });
  const chain = createWorkflow({ id: 'chain', ...any })
    .then(step('one'))
    .then(step('two'))
    .then(step('three'))
    .commit();
  return { chain };
}

const ofStep = (id: string) => (message: Message) => message.payload.id === id;
const isEndOf = (id: string) => (message: Message) =>
  ofStep(id)(message) && message.type !== 'workflow-step-start';
const types = (list: Message[]) => list.map(({ type, payload }) => `${type} ${payload.id ?? ''}`.trim());

const WHOLE = [
  ...['one', 'two', 'three'].flatMap(id => [
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
      hangs = false;
      messages.holds = isEndOf('two');
      const runId = await start();
      await expect.poll(() => begun, PATIENCE).toContain('three');
      expect(messages.told.some(isEndOf('two'))).toBe(false);
      messages.let();
      await finished(runId);
      expect(types(messages.told)).toEqual(WHOLE);
    });

    test('I9: an op is done only when the events of the op before have arrived', async () => {
      hangs = false;
      messages.holds = isEndOf('two');
      const runId = await start();
      await expect.poll(() => begun, PATIENCE).toContain('three');
      await new Promise(resolve => setTimeout(resolve, 200));
      expect(harness.proxy.names()).toEqual(['one', 'two']);
      messages.let();
      await finished(runId);
      expect(harness.proxy.names().slice(0, 3)).toEqual(['one', 'two', 'three']);
    });

    test('I9: events that a process took with it are told again, as they were and in their place', async () => {
      messages.holds = ofStep('two');
      const runId = await start();
      await expect.poll(() => begun, PATIENCE).toContain('three');
      await expect.poll(() => messages.held.length, PATIENCE).toBe(1);
      const [lost] = messages.held;
      hangs = false;
      messages.holds = () => false;
      harness.proxy.breakExecutions();
      await finished(runId);
      expect(begun).toEqual(['one', 'two', 'three', 'three']);
      expect(types(messages.told)).toEqual(WHOLE);
      const again = messages.told.filter(ofStep('two'));
      expect(again[0]).toEqual(lost);
      const [first, second, third] = again.map(({ mastraEventId }) => mastraEventId.split('#')[1]);
      expect([first, second, third]).toEqual(['0', '1', '2']);
    });

    test('I9: told again, they are what was told before, id by id', async () => {
      const runId = await start();
      await expect.poll(() => messages.told.filter(isEndOf('two')).length, PATIENCE).toBe(2);
      await expect.poll(() => begun, PATIENCE).toContain('three');
      const before = messages.told.filter(ofStep('two'));
      hangs = false;
      harness.proxy.breakExecutions();
      await finished(runId);
      expect(messages.told.filter(ofStep('two'))).toEqual([...before, ...before]);
    });
  });
} else {
  test('I9: where no answer can wait for them, a step waits for the events of the last one', async () => {
    hangs = false;
    messages.holds = isEndOf('two');
    const runId = await start();
    await expect.poll(() => messages.held.length, PATIENCE).toBe(1);
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(begun).toEqual(['one', 'two']);
    messages.let();
    await finished(runId);
    expect(types(messages.told)).toEqual(WHOLE);
  });
}
