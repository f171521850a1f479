/** Processes of both releases over one store and one Inngest server, which calls the one that registered last. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibSQLStore } from '@mastra/libsql';
import { startLocalServer } from '@mastra/inngest/local';
import type { Snapshot } from '../../src/snapshot/snapshot';
import { type AppProcess, startApp } from '../fault/app-process';
import { freePort } from '../processes/free-port';
import { until } from '../support/until';
import { REAL_SERVER, leaveRealServer } from '../support/real-server';
import { register } from '../support/register';

/** In which a deploy can come. */
const NAP = REAL_SERVER ? 20_000 : 3_600_000;

export type Release = 'earlier' | 'this';

export interface Answer {
  value?: { status?: string; result?: unknown };
  error?: { code?: string; message: string };
}

/** One process of the app. */
export interface Instance {
  drive(workflowId: string, runId: string, method: string, ...args: unknown[]): Promise<Answer>;
  /** Inngest calls this one from here on. */
  register(): Promise<void>;
  log(): Promise<string[]>;
  kill(): Promise<void>;
}

export interface Swap {
  start(release: Release): Promise<Instance>;
  stored(workflowName: string, runId: string): Promise<Snapshot | undefined>;
  reaches(workflowName: string, runId: string, ...statuses: string[]): Promise<Snapshot>;
  /** The steps that began for a run, as `<release>/<step>`. */
  steps(key: string): string[];
  /** Inngest has nothing to do but let time pass: whoever is killed now is killed between two requests. */
  settled(): Promise<void>;
  /** All sleeps are over. */
  wake(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSwap(): Promise<Swap> {
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-swap-'));
  const journal = join(folder, 'journal');
  writeFileSync(journal, '');
  const url = `file:${join(folder, 'runs.db')}`;
  const appId = `swap-${randomUUID().slice(0, 8)}`;
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => 50 });
  const server = REAL_SERVER ?? local?.url ?? '';
  const storage = new LibSQLStore({ id: 'looking', url });
  await storage.init();
  const store = (await storage.getStore('workflows')) as unknown as {
    loadWorkflowSnapshot(key: object): Promise<Snapshot | null>;
  };
  const apps: AppProcess[] = [];
  const script = new URL('./app.ts', import.meta.url);
  const swap: Swap = {
    start: async release => {
      const port = await freePort();
      const env = { APP_ID: appId, NAP: `${NAP}` };
      const app = await startApp([release, `${port}`, server, url, journal], env, script);
      apps.push(app);
      const own = `http://127.0.0.1:${port}`;
      return {
        drive: async (workflowId, runId, method, ...args) => {
          const body = JSON.stringify({ workflowId, runId, method, args });
          return (await (await fetch(`${own}/drive`, { method: 'POST', body })).json()) as Answer;
        },
        register: () => register(own),
        log: async () => (await (await fetch(`${own}/log`)).json()) as string[],
        kill: () => app.stop(),
      };
    },
    stored: async (workflowName, runId) =>
      (await store.loadWorkflowSnapshot({ workflowName, runId })) ?? undefined,
    reaches: (workflowName, runId, ...statuses) =>
      until(
        () => swap.stored(workflowName, runId),
        found => found !== undefined && statuses.includes(found.status),
      ),
    steps: key =>
      readFileSync(journal, 'utf8')
        .split('\n')
        .flatMap(line => (line.startsWith(`${key}/`) ? [line.slice(key.length + 1)] : [])),
    settled: async () => void (await local?.settled()),
    wake: async () => local?.advance('1h'),
    stop: async () => {
      await leaveRealServer(appId);
      await Promise.all(apps.map(app => app.stop()));
      await local?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return swap;
}
