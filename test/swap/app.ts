/**
 * The app in a process of its own: `tsx app.ts <release> <port> <inngest url> <store> <journal>`, where the release is `earlier`
 * (the npm package, from the bench's dependencies) or `this`. It serves its functions to Inngest, and drives runs for whoever
 * posts `{ workflowId, runId, method, args }` to `/drive`. On `/log` it tells what it logged.
 */
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Mastra } from '@mastra/core';
import { MastraLogger } from '@mastra/core/logger';
import { createStep, init } from '@mastra/inngest';
import { LibSQLStore } from '@mastra/libsql';
import { listenDriven } from '../support/driven-app';
import { makeClient, serveSdk } from '../support/sdk';
import { type Tools, swapWorkflows } from './workflows';

const [release, port, baseUrl, store, journal] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const id = process.env.APP_ID ?? 'swap';
const nap = Number(process.env.NAP);
const note = (key: string, step: string) => appendFileSync(journal, `${key}/${release}/${step}\n`);

const lines: string[] = [];
class Lines extends MastraLogger {
  override debug() {}
  override info() {}
  override warn(message: string, ...args: unknown[]) {
    lines.push(`${message} ${JSON.stringify(args)}`);
  }
  override error(message: string, ...args: unknown[]) {
    lines.push(`${message} ${JSON.stringify(args)}`);
  }
  override trackException() {}
}

interface App {
  mastra: { getWorkflow(name: string): unknown };
  handler: (request: Request) => Promise<Response>;
}

const storage = new LibSQLStore({ id: 'swap', url: store });

function thisRelease(): App {
  const inngest = makeClient({ id, baseUrl });
  const workflows = swapWorkflows({ ...init(inngest), createStep } as unknown as Tools, note, nap);
  const mastra = new Mastra({ workflows: workflows as never, storage, logger: new Lines({}) });
  return { mastra: mastra as never, handler: serveSdk({ mastra, inngest }) };
}

/** All of it from the bench's folder: an app has one copy of each package. */
function earlierRelease(): App {
  const load = createRequire(new URL('../../bench/package.json', import.meta.url));
  const { Inngest } = load('inngest') as { Inngest: new (options: object) => object };
  const peer = load('peer') as Tools & {
    init(client: object): Tools;
    createServe(adapter: unknown): (options: object) => App['handler'];
  };
  const core = load('@mastra/core') as { Mastra: new (options: object) => App['mastra'] };
  const { serve } = load('inngest/edge') as { serve: unknown };
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  const inngest = new Inngest({ id, baseUrl, isDev: true, logger: silent });
  const { createWorkflow } = peer.init(inngest);
  const workflows = swapWorkflows({ createWorkflow, createStep: peer.createStep }, note, nap);
  const mastra = new core.Mastra({ workflows, storage, logger: false });
  return { mastra, handler: peer.createServe(serve)({ mastra, inngest }) };
}

const { mastra, handler } = release === 'this' ? thisRelease() : earlierRelease();
await storage.init();

listenDriven({
  port: Number(port),
  handler,
  workflow: id => mastra.getWorkflow(id) as never,
  pages: { '/log': () => lines },
});
