/**
 * The process that executes a team's runs: `tsx worker.ts <port> <inngest url> <store> <journal>`. `DIE_AT` is the file that may name
 * the place at which it kills itself; with `WATCH_OPS`, its ops are such places, too.
 */
import { appendFileSync, existsSync, readFileSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { MastraLogger } from '@mastra/core/logger';
import { LibSQLStore } from '@mastra/libsql';
import { makeClient, serveSdk } from '../../support/sdk';
import { watchOps } from './kills';
import { cacheAt } from './remote-cache';
import { team } from './team';

const [port, baseUrl, store, journal] = process.argv.slice(2) as [string, string, string, string];
const { DIE_AT = '', WATCH_OPS, APP_ID = 'team' } = process.env;
const note = (line: string) => appendFileSync(journal, `${line}\n`);

class Warnings extends MastraLogger {
  override debug() {}
  override info() {}
  override warn(message: string) {
    note(`warning ${message}`);
  }
  override error() {}
  override trackException() {}
}

const inngest = makeClient({ id: APP_ID, baseUrl });
/** Dies where the file says that it shall, and takes the file away, so that it dies once. */
const reach = (place: string) => {
  if (!existsSync(DIE_AT) || readFileSync(DIE_AT, 'utf8') !== place) return;
  unlinkSync(DIE_AT);
  process.kill(process.pid, 'SIGKILL');
};
if (WATCH_OPS) {
  const withProcess = (line: string) => note(`${line}\nby ${process.pid}`);
  watchOps(inngest, { reach, note: withProcess });
}
const storage = new LibSQLStore({ id: 'team', url: store });
const mastra = new Mastra({
  agents: team(inngest, { note, reach, storage }) as never,
  storage,
  cache: cacheAt(process.env.CACHE_URL),
  logger: new Warnings({}),
});
await storage.init();
const serve = getRequestListener(request => serveSdk({ mastra, inngest })(request));
createServer((request, response) => void serve(request, response)).listen(Number(port), '127.0.0.1', () => {
  process.stdout.write('listening\n');
});
