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
import { team } from './team';

/** Retries come once the worker is back, however long it takes to start on a busy machine. */
const HOUR = 3_600_000;

export type Team = Record<keyof ReturnType<typeof team>, InngestAgent>;

export interface TwoProcesses {
  /** A team of its own for each call: another caller, with caches of its own. */
  caller(): Team;
  journal(): string[];
  worker: AppProcess;
  /** Starts the worker once more. */
  relaunch(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTwoProcesses(env: Record<string, string> = {}): Promise<TwoProcesses> {
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => HOUR });
  const baseUrl = REAL_SERVER ?? local?.url ?? '';
  const appId = `team-${randomUUID().slice(0, 8)}`;
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-'));
  const journal = join(folder, 'journal');
  writeFileSync(journal, '');
  const store = `file:${join(folder, 'runs.db')}`;
  const port = await freePort();
  const url = new URL('./worker.ts', import.meta.url);
  const all = { ...env, APP_ID: appId, MARK: join(folder, 'mark') };
  const launch = () => startApp([String(port), baseUrl, store, journal], all, url);
  const both: TwoProcesses = {
    worker: await launch(),
    caller: () => {
      const agents = team(makeClient({ id: appId, baseUrl }), { note: line => linesHere.push(line) });
      const storage = new LibSQLStore({ id: 'caller', url: store });
      new Mastra({ agents: agents as never, storage, logger: false });
      return agents as never;
    },
    journal: () => [...readFileSync(journal, 'utf8').trim().split('\n'), ...linesHere],
    relaunch: async () => {
      both.worker = await launch();
      await local?.advance(HOUR);
    },
    stop: async () => {
      await leaveRealServer(appId);
      await both.worker.stop();
      await local?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const linesHere: string[] = [];
  await register(`http://127.0.0.1:${port}`);
  return both;
}
