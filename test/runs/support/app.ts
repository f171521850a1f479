/**
 * An app in a process of its own: `tsx app.ts <port> <inngest url> <store> <journal>`. It serves its functions to Inngest
 * and drives runs for whoever posts `{ workflowId, runId, method, args }` to `/drive`.
 */
import { appendFileSync } from 'node:fs';
import { Mastra } from '@mastra/core';
import { LibSQLStore } from '@mastra/libsql';
import { PostgresStore } from '@mastra/pg';
import { listenDriven } from '../../support/driven-app';
import { makeClient, serveSdk } from '../../support/sdk';
import { runsWorkflows } from './workflows';

const [port, baseUrl, store, journal] = process.argv.slice(2) as [string, string, string, string];
const inngest = makeClient({ id: process.env.APP_ID ?? 'runs', baseUrl });
const storage = store.startsWith('postgres')
  ? new PostgresStore({ id: 'runs', connectionString: store })
  : new LibSQLStore({ id: 'runs', url: store });
const mastra = new Mastra({
  workflows: runsWorkflows(inngest, line => appendFileSync(journal, `${line}\n`)) as never,
  storage,
  logger: false,
});
await storage.init();

listenDriven({
  port: Number(port),
  handler: serveSdk({ mastra, inngest }),
  workflow: id => mastra.getWorkflowById(id as never) as never,
});
