/** Several instances of one app over one store and one Inngest server, and a caller that executes nothing itself. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mastra } from '@mastra/core';
import { startLocalServer } from '@mastra/inngest/local';
import { type AppProcess, startApp } from '../fault/app-process';
import { freePort } from '../processes/free-port';
import { REAL_SERVER, leaveRealServer } from '../support/real-server';
import { register } from '../support/register';
import { makeClient } from '../support/sdk';
import { goOn, productionApp } from './workflows';

export interface Stage {
  /** The caller's Mastra: it starts and resumes. */
  mastra: Mastra;
  /** Starts an instance that is called at the app's one address. */
  serve(): Promise<AppProcess>;
  /** Starts a worker that connects. */
  connect(name: string): Promise<AppProcess>;
  /** Registers the app by its address. */
  sync(): Promise<void>;
  /** What a run's steps have written: `<step> begins <process id>` and `<step> ends <process id>`, in order. */
  lines(runId: string): string[];
  /** Lets the step `slow` end. */
  goOn(): void;
  stop(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => 50 });
  const url = REAL_SERVER ?? local?.url ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-'));
  const [database, journal] = [join(folder, 'runs.db'), join(folder, 'journal')];
  writeFileSync(journal, '');
  const id = `production-${randomUUID().slice(0, 8)}`;
  const mastra = await productionApp(makeClient({ id, baseUrl: url }), database, journal);
  const apps = new Set<AppProcess>();
  const ports: number[] = [];
  const balancer = await startBalancer(ports);
  const launch = async (place: string) => {
    const app = await startApp([id, url, database, journal, place], {}, new URL('./app.ts', import.meta.url));
    apps.add(app);
    return app;
  };
  return {
    mastra,
    serve: async () => {
      const port = await freePort();
      const app = await launch(`${port}`);
      ports.push(port);
      void app.died.then(() => ports.splice(ports.indexOf(port), 1));
      return app;
    },
    connect: launch,
    sync: () => register(`http://127.0.0.1:${(balancer.address() as AddressInfo).port}`),
    lines: runId =>
      readFileSync(journal, 'utf8')
        .split('\n')
        .filter(line => line.startsWith(`${runId} `))
        .map(line => line.slice(runId.length + 1)),
    goOn: () => writeFileSync(goOn(journal), ''),
    stop: async () => {
      await Promise.all([...apps].map(app => app.stop()));
      await leaveRealServer(id);
      await local?.stop();
      balancer.closeAllConnections();
      await new Promise(resolve => balancer.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One address for all ports: each request goes to the next one, and to another where that one takes no more. */
async function startBalancer(ports: readonly number[]): Promise<Server> {
  let turn = 0;
  const balancer = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    const pass = (tries: number) => {
      const { method, url: path, headers } = incoming;
      const options = {
        host: '127.0.0.1',
        port: ports[turn++ % ports.length],
        method,
        path,
        headers,
        agent: false,
      };
      const passed = request(options as never, answer => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on('error', () => (tries > 0 ? pass(tries - 1) : outgoing.destroy()));
      passed.end(Buffer.concat(chunks));
    };
    incoming.on('end', () => pass(ports.length));
  });
  await new Promise<void>(resolve => balancer.listen(0, '127.0.0.1', resolve));
  return balancer;
}
