/** The clerk's app and those who call it, in one process: over HTTP, each with a client and caches of its own, and one store. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import type { InngestAgent } from '@mastra/inngest';
import { type Harness, startHarness } from '../../support/harness';
import { makeClient } from '../../support/sdk';
import type { Chunk } from './clerk';
import { watchOps } from './kills';
import { team } from './team';

export interface ClerkApp {
  harness: Harness;
  journal: string[];
  /** Of the process that executes the runs. */
  clerk: InngestAgent;
  /** Of another one. */
  caller(): InngestAgent;
  stop(): Promise<void>;
}

interface ClerkAppOptions {
  /** What the executing process is given in place of the store. */
  storageOf?: (store: InMemoryStore) => object;
  /** Called at each place of a run; what it gives is waited for. */
  reach?: (place: string) => Promise<void> | void;
  retryDelay?: number;
}

const lives = new AsyncLocalStorage<{ isDead: boolean }>();

/** From here on, the calling code is that of a process that was killed. */
export async function die(harness: Harness): Promise<never> {
  Object.assign(lives.getStore() ?? {}, { isDead: true });
  harness.proxy.breakExecutions();
  return new Promise(() => {});
}

export async function startClerkApp({
  storageOf = store => store,
  reach,
  retryDelay,
}: ClerkAppOptions = {}): Promise<ClerkApp> {
  const journal: string[] = [];
  const note = (line: string) => void journal.push(line);
  const store = new InMemoryStore();
  const storage = storageOf(store);
  const made: InngestAgent[] = [];
  const harness = await startHarness({
    workflows: () => ({}),
    storage: storage as never,
    retryDelay,
    agents: inngest => {
      watchOps(inngest, {
        reach: reach ?? (() => {}),
        note,
        live: body => lives.run({ isDead: false }, body),
        isDead: () => lives.getStore()?.isDead === true,
      });
      const { clerk } = team(inngest, { note, reach, storage });
      made.push(clerk as never);
      return { clerk };
    },
  });
  const [clerk] = made as [InngestAgent];
  return {
    harness,
    journal,
    clerk,
    caller: () => {
      const client = makeClient({ id: harness.appId, baseUrl: harness.proxy.url });
      const { clerk: callers } = team(client, { note, storage: store });
      new Mastra({ agents: { clerk: callers } as never, storage: store, logger: false });
      return callers as never;
    },
    stop: () => harness.stop(),
  };
}

/** All that an agent tells of a run. */
export async function told(agent: InngestAgent, runId: string, offset = 0): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  const { fullStream } = await agent.observe(runId, { offset });
  for await (const chunk of fullStream as unknown as AsyncIterable<Chunk>) chunks.push(chunk);
  return chunks;
}
