/** A process that executes runs, and one that only looks at them, over one store. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { makeClient } from '../support/sdk';
import { type StreamedEvent, wordOf } from './stories/words';

const any = z.any();

interface RunLike {
  stream(args: object): { fullStream: AsyncIterable<StreamedEvent>; result: Promise<{ status: string }> };
  observeStream(options?: { offset?: number }): AsyncIterable<StreamedEvent>;
  watch(callback: (event: StreamedEvent) => void): () => void;
  watchAsync(callback: (event: StreamedEvent) => void): Promise<() => void>;
  start(args: object): Promise<{ status: string }>;
  /** How an agent's run is followed. */
  tellAll(listener: {
    tell(event: StreamedEvent): void;
    ended(ending: { status: string }): void;
  }): Promise<() => void>;
}

/** Where a step waits until its test lets it pass. */
class Gate {
  private open = () => {};
  private arrive = () => {};
  readonly arrived = new Promise<void>(resolve => {
    this.arrive = resolve;
  });
  private readonly passed = new Promise<void>(resolve => {
    this.open = resolve;
  });

  async wait(): Promise<void> {
    this.arrive();
    await this.passed;
  }

  letPass(): void {
    this.open();
  }
}

export class StreamRig {
  /** Milliseconds that a read of a stored run takes, and a write of a step's progress; whether such a write fails. */
  readonly slow = { reads: 0, writes: 0, failing: false };
  private readonly gates = new Map<string, Gate>();

  private constructor(
    readonly harness: Harness,
    private readonly elsewhere: Mastra,
  ) {}

  static async start(checkpointing?: boolean): Promise<StreamRig> {
    const storage = new InMemoryStore();
    const held: { rig?: StreamRig } = {};
    const gateOf = (runId: string) => (held.rig as StreamRig).gate(runId);
    const workflows = (inngest: Inngest.Any) => define(inngest, gateOf);
    const harness = await startHarness({ workflows, storage, checkpointing });
    // With a client, and hence a realtime socket, of its own.
    const inngest = makeClient({ id: harness.appId, baseUrl: harness.proxy.url });
    const elsewhere = new Mastra({
      workflows: workflows(inngest) as never,
      storage,
      logger: false,
    });
    const rig = new StreamRig(harness, elsewhere);
    held.rig = rig;
    await rig.slowDown(storage);
    return rig;
  }

  private async slowDown(storage: InMemoryStore): Promise<void> {
    type Method = (args: object) => Promise<unknown>;
    const store = (await storage.getStore('workflows')) as unknown as Record<string, Method>;
    const slower = (name: string, kind: 'reads' | 'writes') => {
      const method = store[name]?.bind(store) as Method;
      store[name] = async args => {
        if (this.slow[kind] > 0) await new Promise(resolve => setTimeout(resolve, this.slow[kind]));
        if (kind === 'writes' && this.slow.failing) throw new Error('The store is down.');
        return method(args);
      };
    };
    slower('loadWorkflowSnapshot', 'reads');
    slower('updateWorkflowResults', 'writes');
  }

  gate(runId: string): Gate {
    const gate = this.gates.get(runId) ?? new Gate();
    this.gates.set(runId, gate);
    return gate;
  }

  /** A run in the process that executes it. */
  run(workflowId: string, runId: string = randomUUID()): Promise<RunLike> {
    return this.harness.mastra.getWorkflowById(workflowId as never).createRun({ runId }) as never;
  }

  /** The same run in another process. */
  runElsewhere(workflowId: string, runId: string): Promise<RunLike> {
    return this.elsewhere.getWorkflowById(workflowId as never).createRun({ runId }) as never;
  }
}

export async function wordsOf(stream: AsyncIterable<StreamedEvent>): Promise<string[]> {
  const words: string[] = [];
  for await (const event of stream) words.push(wordOf(event));
  return words;
}

function define(inngest: Inngest.Any, gateOf: (runId: string) => Gate) {
  const { createWorkflow } = init(inngest);
  const options = { inputSchema: any, outputSchema: any };
  const plain = (id: string) => createStep({ id, ...options, execute: async ({ inputData }) => inputData });
  const writes = (id: string, count: number, size = 0) =>
    createStep({
      id,
      ...options,
      execute: async ({ inputData, writer }) => {
        for (let n = 0; n < count; n++)
          await writer.custom({ type: 'data-line', data: { from: `${id}.${n}`, text: 'x'.repeat(size) } });
        return inputData;
      },
    });
  /** Writes before and after the gate. */
  const gate = createStep({
    id: 'gate',
    ...options,
    execute: async ({ inputData, runId, writer }) => {
      await writer.write({ from: 'gate.before' });
      await gateOf(runId).wait();
      await writer.write({ from: 'gate.after' });
      return inputData;
    },
  });
  const executions = new Map<string, number>();
  /** Writes five times and stays at the gate when it is executed first, writes twice when it is executed again. */
  const uneven = createStep({
    id: 'uneven',
    ...options,
    execute: async ({ inputData, runId, writer }) => {
      const execution = (executions.get(runId) ?? 0) + 1;
      executions.set(runId, execution);
      for (let n = 0; n < (execution === 1 ? 5 : 2); n++) await writer.write({ from: `uneven.${n}` });
      if (execution === 1) await gateOf(runId).wait();
      return inputData;
    },
  });
  const count = createStep({
    id: 'count',
    ...options,
    execute: async ({ inputData }) => ({ n: (inputData as { n: number }).n + 1 }),
  });
  return {
    line: createWorkflow({ id: 'line', ...options })
      .then(plain('one'))
      .then(writes('two', 2))
      .then(gate)
      .then(writes('last', 1))
      .commit(),
    turns: createWorkflow({ id: 'turns', ...options })
      .dountil(count, async ({ inputData }) => (inputData as { n: number }).n >= 30)
      .commit(),
    uneven: createWorkflow({ id: 'uneven', ...options })
      .then(uneven)
      .then(plain('end'))
      .commit(),
    unstored: createWorkflow({
      id: 'unstored',
      ...options,
      options: { shouldPersistSnapshot: ({ workflowStatus }) => workflowStatus !== 'running' },
    })
      .sleep(1)
      .then(gate)
      .commit(),
    wordy: createWorkflow({ id: 'wordy', ...options })
      .then(writes('wordy', 40, 10_000))
      .then(plain('end'))
      .commit(),
  };
}

/** All that `line` tells. */
export const LINE = [
  'start',
  'step-start one',
  'step-result one success',
  'step-start two',
  'data-line two.0',
  'data-line two.1',
  'step-result two success',
  'step-start gate',
  'step-output gate.before',
  'step-output gate.after',
  'step-result gate success',
  'step-start last',
  'data-line last.0',
  'step-result last success',
  'finish',
];
