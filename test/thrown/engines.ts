/** The same workflows on Mastra's own engine and on ours, and how often their code is called on each. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import type { Inngest } from 'inngest';
import type { Flow } from '../differential/kit';
import { startHarness } from '../support/harness';

/** How a run ended, as far as its caller sees it. */
export interface Ended {
  result?: Result;
  rejected?: unknown;
  runId: string;
}

export interface Result {
  status: string;
  error?: Record<string, unknown>;
  tripwire?: { reason: string; metadata?: unknown };
  result?: unknown;
  steps: Record<string, { status: string; output?: unknown; error?: unknown }>;
  suspendPayload?: unknown;
}

export interface Engine {
  mastra: Mastra;
  run(workflowId: string, inputData: unknown): Promise<Ended>;
  /** Calls so far under a name. */
  calls(name: string): number;
  stop(): Promise<void>;
}

type Build = (inngest: Inngest.Any | undefined, count: (name: string) => void) => Record<string, Flow>;

class Counts {
  private readonly counts = new Map<string, number>();
  readonly add = (name: string): void => void this.counts.set(name, this.of(name) + 1);
  readonly of = (name: string): number => this.counts.get(name) ?? 0;
}

export async function coreEngine(build: Build): Promise<Engine> {
  const counts = new Counts();
  const workflows = build(undefined, counts.add);
  const mastra = new Mastra({ workflows: workflows as never, storage: new InMemoryStore(), logger: false });
  return engine(mastra, counts, async () => {});
}

export async function inngestEngine(build: Build, checkpointing: boolean): Promise<Engine> {
  const counts = new Counts();
  const harness = await startHarness({
    checkpointing,
    workflows: inngest => build(inngest, counts.add),
  });
  return engine(harness.mastra, counts, harness.stop);
}

function engine(mastra: Mastra, counts: Counts, stop: () => Promise<void>): Engine {
  return {
    mastra,
    calls: counts.of,
    stop,
    run: async (workflowId, inputData) => {
      const run = await mastra.getWorkflowById(workflowId as never).createRun({ runId: randomUUID() });
      try {
        return { result: (await run.start({ inputData: inputData as never })) as never, runId: run.runId };
      } catch (rejected) {
        return { rejected, runId: run.runId };
      }
    },
  };
}
