/** Two app processes over one store, one Redis and one Inngest server, which calls the first. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalServer } from '@mastra/inngest/local';
import { type RedisOptions } from 'ioredis';
import { type AppProcess, startApp } from '../fault/app-process';
import { freePort } from '../processes/free-port';
import { REAL_SERVER, leaveRealServer } from '../support/real-server';
import { register } from '../support/register';
import { type RedisServer, startRedis } from './redis-server';
import { Story } from './story';

/** Retries come when a test says so, however long an app takes to start on a busy machine. */
const HOUR = 3_600_000;

export class AppClient {
  constructor(private readonly url: string) {}

  /** Starts a run, and reads its caller's stream. */
  stream(runId: string): Story {
    return new Story(this.ask('stream', runId));
  }

  observe(runId: string, offset = 0): Story {
    return new Story(this.ask('observe', runId, `&offset=${offset}`));
  }

  /** Whether the run's gated step has written something and waits. */
  async arrived(runId: string): Promise<boolean> {
    return (await (await this.ask('arrived', runId)).text()) === 'true';
  }

  async open(runId: string): Promise<void> {
    await (await this.ask('open', runId)).text();
  }

  async delete(runId: string): Promise<void> {
    await (await this.ask('delete', runId)).text();
  }

  private ask(what: string, runId: string, more = ''): Promise<Response> {
    return fetch(`${this.url}/${what}?runId=${runId}${more}`);
  }
}

export interface Processes {
  /** The process that Inngest calls, and one that it does not know. */
  a: AppClient;
  b: AppClient;
  redis: RedisServer;
  /** Kills the first process; resolves when another one listens in its place. */
  restartA(): Promise<void>;
  /** What Inngest tries again is due now; resolves when that is done. */
  retry(): Promise<void>;
  stop(): Promise<void>;
}

/** By how many milliseconds the processes' clocks are off, and the options of their Redis clients. */
export interface Settings {
  a?: number;
  b?: number;
  redis?: RedisOptions;
}

export async function startProcesses(settings: Settings = {}): Promise<Processes> {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { ...(await start(settings, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(settings: Settings, stops: (() => unknown)[]): Promise<Omit<Processes, 'stop'>> {
  const redis = await startRedis();
  stops.push(() => redis.stop());
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => HOUR });
  stops.push(() => local?.stop());
  const inngestUrl = REAL_SERVER ?? local?.url ?? '';
  const appId = `redis-${randomUUID().slice(0, 8)}`;
  const launch = async (port: number, offset = 0): Promise<AppProcess> => {
    const args = [`${port}`, inngestUrl, `file:${join(folder, 'runs.db')}`, `${redis.port}`];
    const env = {
      APP_ID: appId,
      CLOCK_OFFSET: `${offset}`,
      REDIS_OPTIONS: JSON.stringify(settings.redis ?? {}),
    };
    const app = await startApp(args, env, new URL('./app.ts', import.meta.url));
    stops.push(() => app.stop());
    return app;
  };
  const [portA, portB] = [await freePort(), await freePort()];
  let appA = await launch(portA, settings.a);
  await launch(portB, settings.b);
  await register(`http://127.0.0.1:${portA}`);
  stops.push(() => leaveRealServer(appId));
  return {
    a: new AppClient(`http://127.0.0.1:${portA}`),
    b: new AppClient(`http://127.0.0.1:${portB}`),
    redis,
    restartA: async () => {
      await appA.stop();
      appA = await launch(portA, settings.a);
    },
    retry: async () => local?.advance(HOUR),
  };
}
