import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tarball } from '../package/tarball';
import { Child } from '../processes/child';

const root = path.resolve(import.meta.dirname, '../..');
const examples = path.join(root, 'examples/frameworks');

/** A copy of an example, outside the repository, with what its lockfile says and the packed package. */
export class Installed {
  private constructor(readonly folder: string) {}

  /** @param parts its folder below examples/frameworks; of several, the first is the one that npm installs in */
  static async make(...parts: string[]): Promise<Installed> {
    const folder = await mkdtemp(path.join(tmpdir(), 'mastra-inngest-frameworks-'));
    const made = new Installed(folder);
    const [first = '.', ...others] = parts;
    const outside = (source: string) =>
      !/node_modules|\.next|\.mastra|dist|\.db/.test(path.relative(examples, source));
    const own = first === '.' ? ['package.json', 'package-lock.json', 'tsconfig.json'] : [''];
    for (const name of [...own.map(file => path.join(first, file)), ...others]) {
      const target = first === '.' ? name : path.relative(first, name);
      await cp(path.join(examples, name), path.join(folder, target), { recursive: true, filter: outside });
    }
    await cp(path.join(root, '.npmrc'), path.join(folder, '.npmrc'));
    const file = path.join(folder, 'package.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies?: Record<string, string> };
    manifest.dependencies = { ...manifest.dependencies, '@mastra/inngest': `file:${tarball()}` };
    await writeFile(file, JSON.stringify(manifest, null, 2));
    await made.succeed('npm', ['install', '--prefer-offline', '--loglevel=error']);
    return made;
  }

  /** Runs a command in a folder of the copy until it is stopped. */
  start([command = '', ...args]: readonly string[], env: NodeJS.ProcessEnv, below = '.'): Child {
    return new Child(command, args, { cwd: path.join(this.folder, below), env: { ...this.env, ...env } });
  }

  /** Runs a command to its end, which must be a good one. */
  async succeed(command: string, args: string[], below = '.'): Promise<string> {
    const child = this.start([command, ...args], {}, below);
    const code = await child.exitCode;
    if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${child.output}`);
    return child.output;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** The example's own commands first. */
  private get env(): NodeJS.ProcessEnv {
    const bin = path.join(this.folder, 'node_modules/.bin');
    return {
      PATH: `${bin}${path.delimiter}${process.env['PATH']}`,
      NEXT_TELEMETRY_DISABLED: '1',
      MASTRA_TELEMETRY_DISABLED: '1',
      ASTRO_TELEMETRY_DISABLED: '1',
      NODE_ENV: undefined,
    };
  }
}
