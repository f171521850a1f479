/** Where the cases run: core's default engine in a Mastra of its own, and ours behind HTTP in one of several modes. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import type { InMemoryStore } from '@mastra/core/storage';
import { startLocalServer } from '@mastra/inngest/local';
import type { Inngest } from 'inngest';
import { type Listening, listen } from '../support/listen';
import { REAL_SERVER, leaveRealServer } from '../support/real-server';
import { register } from '../support/register';
import { makeClient, serveSdk } from '../support/sdk';
import { WireProxy } from '../support/wire-proxy';
import { jsonStore } from './json-store';
import { Kit, type Calls, type Case } from './kit';
import { type Observation, type UserCode, observe } from './observe';
import { observed } from './purity';
import { type Replay, Replayer } from './replayer';
import { Turns } from './turns';

export interface Mode {
  name: string;
  checkpointing: boolean;
  /** Every request is executed a second time in which nothing may happen. */
  replay?: boolean;
  /** App instances, built apart, that take turns request by request. */
  instances?: number;
}

export interface Rig {
  observe(one: Case): Promise<Observation>;
  /** What the replays did and must not; empty where the mode has none. */
  replays(): Promise<Replay[]>;
  proxy?: WireProxy;
  stop(): Promise<void>;
}

interface Instance {
  mastra: Mastra;
  kits: Map<string, Kit>;
}

async function build(
  cases: readonly Case[],
  storage: InMemoryStore,
  turnsOf: (one: Case) => Turns | undefined,
  inngest?: Inngest.Any,
): Promise<Instance> {
  const kits = new Map(cases.map(one => [one.name, new Kit(one.name, inngest)]));
  const workflows = Object.fromEntries(
    cases.map(one => {
      const kit = kits.get(one.name) as Kit;
      kit.root = one.build(kit);
      kit.turns = turnsOf(one);
      return [one.name, kit.root];
    }),
  );
  return { mastra: new Mastra({ workflows: workflows as never, storage, logger: false }), kits };
}

/** Core's default engine. */
export async function coreRig(cases: readonly Case[]): Promise<Rig> {
  const instance = await build(
    cases,
    await jsonStore(true),
    ({ order }) => order && new Turns(order, () => true),
  );
  return {
    observe: one => observe(instance.mastra, () => total([instance], one.name), one),
    replays: async () => [],
    stop: async () => {},
  };
}

/** Ours. */
export async function inngestRig(cases: readonly Case[], mode: Mode): Promise<Rig> {
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => 20 });
  const apps: Listening[] = [];
  let turn = 0;
  const nextApp = () => apps[turn++ % apps.length]?.url ?? '';
  const proxy = new WireProxy(REAL_SERVER ?? local?.url ?? '', nextApp);
  await proxy.listen();
  const storage = await jsonStore();
  const appId = `differential-${randomUUID().slice(0, 8)}`;
  const instances: Instance[] = [];
  const replayer = new Replayer();
  const turns = new Map(
    cases.flatMap(one => {
      const order = one.opsOrder ?? one.order;
      // An item that is a nested workflow has a step without an index.
      const known = (name: string) =>
        proxy.hasEnded(one.name, name) || proxy.hasEnded(one.name, name.replace(/ \[.*/, ''));
      return order ? [[one.name, new Turns(order, known, REAL_SERVER !== undefined)] as const] : [];
    }),
  );
  for (let index = 0; index < (mode.instances ?? 1); index++) {
    const inngest = makeClient({
      id: appId,
      baseUrl: proxy.url,
      checkpointing: mode.checkpointing,
      fetch: (...args: Parameters<typeof fetch>) => {
        const [target] = args;
        observed(`request to ${target instanceof Request ? target.url : target.toString()}`);
        return fetch(...args);
      },
    });
    const instance = await build(cases, storage, one => turns.get(one.name), inngest);
    instances.push(instance);
    const handler = serveSdk({ mastra: instance.mastra, inngest });
    apps.push(await listen(mode.replay ? replayer.around(handler) : handler));
  }
  await register(proxy.url);
  return {
    proxy,
    observe: one => {
      const [first] = instances;
      if (!first) throw new Error('No app');
      return observe(first.mastra, () => total(instances, one.name), one);
    },
    replays: () => replayer.replayLast(),
    stop: async () => {
      await leaveRealServer(appId);
      await proxy.close();
      for (const app of apps) await app.close();
      await local?.stop();
    },
  };
}

/** Calls of user code, wherever they happened. */
function total(instances: readonly Instance[], name: string): UserCode {
  const kits = instances.flatMap(instance => instance.kits.get(name) ?? []);
  const calls: Calls = {};
  for (const kit of kits) {
    for (const [key, count] of Object.entries(kit.calls)) calls[key] = (calls[key] ?? 0) + count;
  }
  return { calls, executions: kits.flatMap(({ executions }) => executions) };
}
