/**
 * The process that executes a team's runs: `tsx worker.ts <port> <inngest url> <store> <journal>`. With `DIE_AT`, it kills itself where it
 * reaches that place, once: `MARK` is the file that says that it has.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { MastraLogger } from '@mastra/core/logger';
import { LibSQLStore } from '@mastra/libsql';
import { makeClient, serveSdk } from '../../support/sdk';
import { team } from './team';

const [port, baseUrl, store, journal] = process.argv.slice(2) as [string, string, string, string];
const { DIE_AT, MARK = '', APP_ID = 'team' } = process.env;
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
const reach = (place: string) => {
  if (place !== DIE_AT || existsSync(MARK)) return;
  writeFileSync(MARK, '');
  process.kill(process.pid, 'SIGKILL');
};
const storage = new LibSQLStore({ id: 'team', url: store });
const mastra = new Mastra({
  agents: team(inngest, { note, reach }) as never,
  storage,
  logger: new Warnings({}),
});
await storage.init();
const serve = getRequestListener(request => serveSdk({ mastra, inngest })(request));
createServer((request, response) => void serve(request, response)).listen(Number(port), '127.0.0.1', () => {
  process.stdout.write('listening\n');
});
