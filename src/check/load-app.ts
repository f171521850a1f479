/** Loads a Mastra app as `mastra dev` does, without starting anything of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { createJiti } from 'jiti';
import type { AnyMastra } from '../core-types';
import { MastraInngestError, reasonOf } from '../errors';

const ENTRIES = ['src/mastra/index.ts', 'src/mastra/index.js'];
/** As `mastra dev` reads them: a later one wins, and what is set already wins over all. */
const ENV_FILES = ['.env', '.env.local', '.env.development'];

/** @throws MastraInngestError `APP_NOT_LOADED` */
export async function loadApp(folder: string, entry: string | undefined): Promise<AnyMastra> {
  readEnvFiles(folder);
  // The check must not create tables: the app does when it runs.
  process.env.MASTRA_DISABLE_STORAGE_INIT ??= 'true';
  const path = entryPath(folder, entry);
  const jiti = createJiti(path, { tsconfigPaths: true, interopDefault: false });
  const loaded = await jiti.import<{ mastra?: AnyMastra }>(path).catch((error: unknown) => {
    throw notLoaded(`${path} could not be loaded: ${reasonOf(error)}`, error);
  });
  if (typeof loaded.mastra?.listWorkflows === 'function') return loaded.mastra;
  throw notLoaded(`${path} exports no Mastra. Export it as \`mastra\`, as for mastra dev`);
}

function readEnvFiles(folder: string): void {
  if (['true', '1'].includes(process.env.MASTRA_SKIP_DOTENV ?? '')) return;
  const paths = ENV_FILES.map(name => join(folder, name)).filter(path => existsSync(path));
  const values = Object.assign(
    {},
    ...paths.map(path => parseEnv(readFileSync(path, 'utf8'))),
  ) as NodeJS.Dict<string>;
  for (const [key, value] of Object.entries(values)) process.env[key] ??= value;
}

function entryPath(folder: string, entry: string | undefined): string {
  const wanted = entry === undefined ? ENTRIES : [entry];
  const found = wanted.map(path => resolve(folder, path)).find(path => existsSync(path));
  if (found) return found;
  throw notLoaded(`There is no ${wanted.join(' or ')} in ${folder}. Name the file that exports your Mastra`);
}

function notLoaded(what: string, cause?: unknown): MastraInngestError {
  return new MastraInngestError('APP_NOT_LOADED', `${what}.`, {}, { cause });
}
