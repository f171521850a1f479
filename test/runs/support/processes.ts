/** Two app processes over one store and one Inngest server. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalServer } from '@mastra/inngest/local';
import { type AppProcess, startApp } from '../../fault/app-process';
import { freePort } from '../../processes/free-port';
import { REAL_SERVER, leaveRealServer } from '../../support/real-server';
import { register } from '../../support/register';

export interface Answer {
  value?: { status?: string; result?: unknown; runId?: string };
  error?: { code?: string; message: string };
}

export interface Processes {
  url: string;
  appId: string;
  /** Has a process drive a run. */
  drive(
    process: 0 | 1,
    workflowId: string,
    runId: string,
    method: string,
    ...args: unknown[]
  ): Promise<Answer>;
  /** The steps that began for this run, in whichever process, in order. */
  steps(runId: string): string[];
  /** Another Inngest server that knows nothing of the first one's runs takes its place, at the same address. */
  replaceServer(): Promise<void>;
  stop(): Promise<void>;
}

/** `store` makes the store's address from a folder of the test's own. */
export async function startProcesses(
  store: (folder: string) => string,
  server?: 'local',
): Promise<Processes> {
  const real = server ? undefined : REAL_SERVER;
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-'));
  const journal = join(folder, 'journal');
  writeFileSync(journal, '');
  const appId = `runs-${randomUUID().slice(0, 8)}`;
  let local = real ? undefined : await startLocalServer({ port: 0, retryDelay: () => 50 });
  const url = real ?? local?.url ?? '';
  const ports = [await freePort(), await freePort()] as const;
  const apps: AppProcess[] = [];
  for (const port of ports) {
    const script = new URL('./app.ts', import.meta.url);
    apps.push(await startApp([`${port}`, url, store(folder), journal], { APP_ID: appId }, script));
  }
  const sync = () => register(`http://127.0.0.1:${ports[0]}`);
  await sync();
  return {
    url,
    appId,
    drive: async (process, workflowId, runId, method, ...args) => {
      const body = JSON.stringify({ workflowId, runId, method, args });
      const response = await fetch(`http://127.0.0.1:${ports[process]}/drive`, { method: 'POST', body });
      return (await response.json()) as Answer;
    },
    steps: runId =>
      readFileSync(journal, 'utf8')
        .split('\n')
        .filter(line => line.startsWith(`${runId}/`))
        .map(line => line.slice(runId.length + 1)),
    replaceServer: async () => {
      const port = local?.port ?? 0;
      await local?.stop();
      local = await startLocalServer({ port, retryDelay: () => 50 });
      await sync();
    },
    stop: async () => {
      if (real) await leaveRealServer(appId);
      await Promise.all(apps.map(app => app.stop()));
      await local?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
