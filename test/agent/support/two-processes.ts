/** A worker in a process of its own, and callers in this one, which share a store and nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { LibSQLStore } from '@mastra/libsql';
import { startLocalServer } from '@mastra/inngest/local';
import type { InngestAgent } from '@mastra/inngest';
import { type AppProcess, startApp } from '../../fault/app-process';
import { freePort } from '../../processes/free-port';
import { REAL_SERVER, leaveRealServer } from '../../support/real-server';
import { register } from '../../support/register';
import { makeClient } from '../../support/sdk';
import { WireProxy } from '../../support/wire-proxy';
import type { Chunk } from './clerk';
import { cacheAt } from './remote-cache';
import { team } from './team';

/** Retries come once the worker is back, however long it takes to start on a busy machine. */
const HOUR = 3_600_000;

export type Team = Record<keyof ReturnType<typeof team>, InngestAgent>;

export interface TwoProcesses {
  /** A team of its own for each call: another caller, with caches of its own. */
  caller(): Team;
  journal(): string[];
  /** The worker kills itself where it reaches the place next. */
  dieAt(place: string): void;
  worker: AppProcess;
  /** Resolves when the third process can observe. */
  observing(): Promise<void>;
  /** The chunks that a third process is told of a run, from an event on. */
  observed(agent: string, runId: string, offset?: number): Promise<Chunk[]>;
  /** Starts the worker once more. */
  relaunch(): Promise<void>;
  stop(): Promise<void>;
}

/** `workers`: how many execute; each request goes to the next of them. `relaunch` and `worker` are of the first. */
export async function startTwoProcesses(
  env: Record<string, string> = {},
  workers = 1,
): Promise<TwoProcesses> {
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => HOUR });
  const baseUrl = REAL_SERVER ?? local?.url ?? '';
  const appId = `team-${randomUUID().slice(0, 8)}`;
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-'));
  const journal = join(folder, 'journal');
  writeFileSync(journal, '');
  const store = `file:${join(folder, 'runs.db')}`;
  const port = await freePort();
  const url = new URL('./worker.ts', import.meta.url);
  const dieAt = join(folder, 'die-at');
  const all = { ...env, APP_ID: appId, DIE_AT: dieAt };
  const launch = (at = port) => startApp([String(at), baseUrl, store, journal], all, url);
  const ports = [port];
  while (ports.length < workers) ports.push(await freePort());
  const router = new WireProxy(baseUrl, turnsOf(ports));
  let observer: ReturnType<typeof launchObserver> | undefined;
  const launchObserver = async () => {
    const port = await freePort();
    const script = new URL('./observer.ts', import.meta.url);
    const process = await startApp([String(port), baseUrl, store], all, script);
    return { process, url: `http://127.0.0.1:${port}` };
  };
  const both: TwoProcesses = {
    worker: await launch(),
    caller: () => {
      const storage = new LibSQLStore({ id: 'caller', url: store });
      const note = (line: string) => linesHere.push(line);
      const agents = team(makeClient({ id: appId, baseUrl }), { note, storage });
      new Mastra({ agents: agents as never, storage, cache: cacheAt(env.CACHE_URL), logger: false });
      return agents as never;
    },
    journal: () => [...readFileSync(journal, 'utf8').trim().split('\n'), ...linesHere],
    dieAt: place => writeFileSync(dieAt, place),
    observing: async () => {
      observer ??= launchObserver();
      await observer;
    },
    observed: async (agent, runId, offset = 0) => {
      observer ??= launchObserver();
      const { url } = await observer;
      const answer = await fetch(`${url}/${agent}/${runId}/${offset}`);
      const lines = (await answer.text()).trim().split('\n');
      return lines.map(line => JSON.parse(line) as Chunk);
    },
    relaunch: async () => {
      both.worker = await launch();
      await local?.advance(HOUR);
    },
    stop: async () => {
      await leaveRealServer(appId);
      await both.worker.stop();
      for (const one of others) await one.stop();
      await router.close();
      await (await observer)?.process.stop();
      await local?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const linesHere: string[] = [];
  const others: AppProcess[] = [];
  for (const at of ports.slice(1)) others.push(await launch(at));
  await router.listen();
  await register(router.url);
  return both;
}

/** The addresses, one after the other. */
function turnsOf(ports: readonly number[]): () => string {
  let turn = 0;
  return () => `http://127.0.0.1:${ports[turn++ % ports.length]}`;
}
