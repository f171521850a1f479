import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { startLocalServer } from '@mastra/inngest/local';
import { expect } from 'vitest';
import { until } from '../support/until';
import { freePort } from '../processes/free-port';
import type { Installed } from './installed';

export interface Start {
  /** `PORT` and `:INNGEST` at the end of a word stand for the app's port and the server's address; also in `env`. */
  command: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** The app's folder below the one that npm installed in. */
  below?: string;
  inngestPath?: string;
  greetPath?: string;
}

/** Starts a built app and has it run its workflow, with a sleep and a suspension, to the end on the local server. */
export async function runsToTheEnd(installed: Installed, start: Start): Promise<void> {
  const { command, env, below, inngestPath = '/api/inngest', greetPath = '/greet' } = start;
  const local = await startLocalServer({ port: 0 });
  const port = String(await freePort());
  const filled = (text: string) =>
    text.replace(/:INNGEST$/, `:${local.url}`).replace(/(^|:)PORT$/, `$1${port}`);
  const variables = {
    PORT: port,
    INNGEST_DEV: local.url,
    INNGEST_BASE_URL: local.url,
    DATABASE_URL: `file:${path.join(installed.folder, `${randomUUID()}.db`)}`,
    ...Object.fromEntries(Object.entries(env ?? {}).map(([name, value]) => [name, value && filled(value)])),
  };
  const app = installed.start(command.map(filled), variables, below);
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(() => answers(url + inngestPath, app.ended), Boolean, 240_000);
    await local.sync(url + inngestPath);
    const answer = await fetch(url + greetPath);
    expect(await answer.json()).toMatchObject({ status: 'success', result: { text: 'Hello, Ada! (Bea)' } });
  } catch (error) {
    throw new Error(`${command.join(' ')}: ${String(error)}\n${app.output}`, { cause: error });
  } finally {
    await app.stop();
    await local.stop();
  }
}

async function answers(url: string, ended: boolean): Promise<boolean> {
  if (ended) throw new Error('The app ended.');
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
