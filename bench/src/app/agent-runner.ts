import { serve as serveEdge } from 'inngest/edge';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';
import { lookedUp, scriptOf } from '../graphs/agent';
import type { Packaged } from '../matrix';
import type { Probe } from '../probe';
import type { Client } from './client';
import type { MastraApp } from './mastra-runner';
import type { Handler } from './raw-runner';
import type { RunTimes } from './runner';
import { countWrites } from './store';

/** Longer than a run takes, in milliseconds: one that hangs is told as that. */
const LONGEST = 30_000;

/** The entry of either package, as far as agents need it. */
interface Package {
  createInngestAgent(options: object): Durable;
  createServe(adapter: unknown): (options: object) => Handler;
}

interface Durable {
  stream(prompt: string): Promise<{ fullStream: AsyncIterable<{ type: string }>; cleanup: () => void }>;
}

const ENTRIES: Record<Packaged, string> = { ours: '@mastra/inngest', peer: 'peer' };

/** What the app of an agent is made of. */
export interface AgentSurroundings {
  probe: Probe;
  /** Of this process alone. */
  name: string;
  counting: () => boolean;
}

/** A durable agent of this package or of the peer, in a Mastra with a store in memory. */
export async function mastraAgent(
  contender: Packaged,
  client: Client,
  { probe, name, counting }: AgentSurroundings,
): Promise<MastraApp> {
  const entry = (await import(ENTRIES[contender])) as Package;
  const lookUp = createTool({
    id: 'lookUp',
    description: 'Looks up a page',
    inputSchema: z.object({ page: z.number() }),
    execute: async ({ page }) => lookedUp(page),
  });
  const agent = new Agent({
    id: name,
    name,
    instructions: 'Look it up.',
    model: scriptOf() as never,
    tools: { lookUp },
  });
  const durable = entry.createInngestAgent({ agent, inngest: client });
  const storage = new InMemoryStore();
  const mastra = new Mastra({ agents: { [name]: durable } as never, storage, logger: false });
  const handler = entry.createServe(serveEdge)({ mastra, inngest: client });
  return {
    handler,
    writes: await countWrites(storage, counting),
    runner: { run: (_scenario, run) => withinTime(runAgent(durable, probe, run)) },
  };
}

async function runAgent(durable: Durable, probe: Probe, run: string): Promise<RunTimes> {
  const called = performance.now();
  const { fullStream, cleanup } = await durable.stream('What is on pages 1 and 2?');
  let first: number | undefined;
  let last = '';
  for await (const { type } of fullStream) {
    last = type;
    if (type === 'text-delta') first ??= performance.now();
  }
  probe.mark(run);
  cleanup();
  if (first === undefined || last !== 'finish') throw new Error(`The agent's stream ended with ${last}`);
  return { called, sent: called, first };
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error(`the agent's stream did not end within ${LONGEST / 1000} s`));
    timer = setTimeout(fail, LONGEST);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
