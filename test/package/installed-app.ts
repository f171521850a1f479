import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Child } from '../processes/child';
import { tarball } from './tarball';

const root = path.resolve(import.meta.dirname, '../..');
const example = path.join(root, 'examples/increment');

/** Dependencies of an app, by name; one without a version is left out. */
export type Dependencies = Record<string, string | undefined>;

/** A copy of the example, outside the repository, with the packed package and all else installed by npm. */
export class InstalledApp {
  private readonly running: Child[] = [];

  private constructor(private readonly folder: string) {}

  /** `overlay`: a folder of the example whose files take the place of those of the same name. */
  static async make(dependencies: Dependencies, overlay?: string): Promise<InstalledApp> {
    const folder = await mkdtemp(path.join(tmpdir(), 'mastra-inngest-example-'));
    const filter = (source: string) =>
      !/node_modules|\.mastra|\.db|increment\/v3/.test(path.relative(root, source));
    await cp(example, folder, { recursive: true, filter });
    if (overlay) await cp(path.join(example, overlay), folder, { recursive: true, force: true });
    const file = path.join(folder, 'package.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Dependencies };
    Object.assign(manifest.dependencies, dependencies, { '@mastra/inngest': `file:${tarball()}` });
    await writeFile(file, JSON.stringify(manifest, null, 2));
    await cp(path.join(root, '.npmrc'), path.join(folder, '.npmrc'));
    const app = new InstalledApp(folder);
    await app.succeed('npm', ['install', '--prefer-offline', '--loglevel=error']);
    return app;
  }

  /** Runs a command in the app's folder until `remove`. */
  start(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Child {
    const child = new Child(command, args, { cwd: this.folder, env });
    this.running.push(child);
    return child;
  }

  /** Runs a command in the app's folder to its end, which must be a good one. */
  async succeed(command: string, args: string[]): Promise<Child> {
    const child = new Child(command, args, { cwd: this.folder });
    const code = await child.exitCode;
    if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${child.output}`);
    return child;
  }

  async remove(): Promise<void> {
    await Promise.all(this.running.map(child => child.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
