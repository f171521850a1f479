/** An app that executes runs of random graphs and a second one that only looks at them, with delays everywhere. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { startLocalServer } from '@mastra/inngest/local';
import { listen } from '../../support/listen';
import { REAL_SERVER, leaveRealServer } from '../../support/real-server';
import { register } from '../../support/register';
import { makeClient, serveSdk } from '../../support/sdk';
import { WireProxy } from '../../support/wire-proxy';
import { type Case, Kit } from '../../differential/kit';
import { SharedCache } from '../shared-cache';
import { type Schedule, randomOf } from './schedule';

export interface StoryRig {
  /** The process that executes, and one that does not. */
  same: Mastra;
  other: Mastra;
  proxy: WireProxy;
  /** From now on delays are those of this schedule. */
  play(schedule: Schedule): void;
  /** Everything goes at once. */
  rest(): void;
  stop(): Promise<void>;
}

export async function storyRig(
  cases: readonly Case[],
  mode: Pick<Schedule, 'shared' | 'checkpointing'>,
): Promise<StoryRig> {
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => 20 });
  const proxy = new WireProxy(REAL_SERVER ?? local?.url ?? '', () => app.url);
  await proxy.listen();
  const appId = `stories-${randomUUID().slice(0, 8)}`;
  const inngest = makeClient({ id: appId, baseUrl: proxy.url, checkpointing: mode.checkpointing });
  let delays: Schedule['delays'] | undefined;
  let random = randomOf(0);
  const pause = async (kind: keyof Schedule['delays']) => {
    const most = delays?.[kind] ?? 0;
    if (most > 0) await wait(random() * most);
  };
  const storage = await slowStore(() => pause('store'));
  const cache = mode.shared ? new SharedCache(() => pause('cache')) : undefined;
  const build = () => {
    const workflows = Object.fromEntries(cases.map(one => [one.name, one.build(new Kit(one.name, inngest))]));
    return new Mastra({ workflows: workflows as never, storage, cache, logger: false });
  };
  const [same, other] = [build(), build()];
  const handler = serveSdk({ mastra: same, inngest });
  const app = await listen(handler);
  await register(proxy.url);
  proxy.onPublish = async (_message, path) => pause(path.includes('mastra-echo') ? 'echo' : 'publish');
  return {
    same,
    other,
    proxy,
    play: schedule => {
      delays = schedule.delays;
      random = randomOf(schedule.seed + 1);
    },
    rest: () => {
      delays = undefined;
    },
    stop: async () => {
      await leaveRealServer(appId);
      await proxy.close();
      await app.close();
      await local?.stop();
    },
  };
}

type Method = (args: object) => Promise<unknown>;

/** A store whose writes and reads take a while, and that keeps JSON as a database does. */
async function slowStore(pause: () => Promise<void>): Promise<InMemoryStore> {
  const storage = new InMemoryStore();
  const store = (await storage.getStore('workflows')) as unknown as Record<string, Method>;
  for (const name of [
    'updateWorkflowResults',
    'updateWorkflowState',
    'persistWorkflowSnapshot',
    'loadWorkflowSnapshot',
  ]) {
    const method = store[name]?.bind(store) as Method;
    store[name] = async args => {
      const image = JSON.parse(JSON.stringify(args)) as object;
      await pause();
      const answer = await method(image);
      return answer === undefined ? answer : (JSON.parse(JSON.stringify(answer)) as unknown);
    };
  }
  return storage;
}
