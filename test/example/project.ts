import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { Child } from '../processes/child';

const root = path.resolve(import.meta.dirname, '../..');
const bin = (name: string) => path.join(root, 'node_modules/.bin', name);

/** A copy of the example in which the package is installed as it would be published, built from the sources. */
export interface ExampleProject {
  folder: string;
  mastraDev(env: NodeJS.ProcessEnv): Child;
  localServer(args: string[]): Child;
  /** `npx mastra-inngest` in the project. */
  mastraInngest(args: string[], env?: NodeJS.ProcessEnv): Child;
  remove(): Promise<void>;
}

export async function createExampleProject(): Promise<ExampleProject> {
  // Below the repository, so that every other dependency is found in its node_modules.
  await mkdir(path.join(root, '.tmp'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.tmp/example-'));
  await cp(path.join(root, 'examples/increment'), folder, {
    recursive: true,
    filter: source => !/node_modules|\.mastra/.test(path.relative(root, source)),
  });
  const installed = path.join(folder, 'node_modules/@mastra/inngest');
  await mkdir(installed, { recursive: true });
  await cp(path.join(root, 'package.json'), path.join(installed, 'package.json'));
  await succeed(
    new Child(bin('tsup'), ['--no-dts', '--silent', '--out-dir', path.join(installed, 'dist')], {
      cwd: root,
    }),
  );

  return {
    folder,
    mastraDev: env =>
      new Child(bin('mastra'), ['dev'], { cwd: folder, env: { ...env, MASTRA_TELEMETRY_DISABLED: '1' } }),
    localServer: args => new Child(process.execPath, [path.join(installed, 'dist/local/bin.js'), ...args]),
    mastraInngest: (args, env) =>
      new Child(process.execPath, [path.join(installed, 'dist/check/bin.js'), ...args], { cwd: folder, env }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function succeed(child: Child): Promise<void> {
  const code = await child.exitCode;
  if (code !== 0) throw new Error(`exit code ${code}:\n${child.output}`);
}
