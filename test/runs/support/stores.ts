/** The stores that these tests run on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryStore, type MastraCompositeStore } from '@mastra/core/storage';
import { LibSQLStore } from '@mastra/libsql';
import { PostgresStore } from '@mastra/pg';
import { startPostgres } from './postgres';

export interface OpenStore {
  storage: MastraCompositeStore;
  /** The same data through a second connection, as another process has it. */
  second: MastraCompositeStore;
  close(): Promise<void>;
}

interface StoreKind {
  name: string;
  open(): Promise<OpenStore>;
}

export const STORES: StoreKind[] = [
  { name: 'the in-memory store', open: openInMemory },
  { name: 'a libSQL file', open: openLibSql },
  { name: 'Postgres', open: openPostgres },
];

async function openInMemory(): Promise<OpenStore> {
  const storage = new InMemoryStore();
  return { storage, second: storage, close: async () => {} };
}

/** One connection: of two in one process each would wait, without letting go of the thread, for the other's lock. */
async function openLibSql(): Promise<OpenStore> {
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-'));
  const storage = new LibSQLStore({ id: 'runs', url: `file:${join(folder, 'runs.db')}` });
  await storage.init();
  return {
    storage,
    second: storage,
    close: async () => {
      await storage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openPostgres(): Promise<OpenStore> {
  const server = await startPostgres();
  const open = (id: string) => new PostgresStore({ id, connectionString: server.connectionString });
  const [storage, second] = [open('one'), open('two')];
  await storage.init();
  await second.init();
  return {
    storage,
    second,
    close: async () => {
      await Promise.all([storage.close(), second.close()]);
      await server.stop();
    },
  };
}
