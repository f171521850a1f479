/** Gets ready what is measured: the peer and the SDKs from the registry, this package as it would be published. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'tsup';
import { benchFolder } from './child';

const root = path.resolve(benchFolder, '..');
const tarball = path.join(root, '.tmp/bench/package.tgz');

function run(command: string, args: string[], cwd: string): void {
  execFileSync(command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

/** What the bench compares with, at the versions of its own lockfile. */
export function installDependencies(): void {
  const lockfile = readFileSync(path.join(benchFolder, 'package-lock.json'));
  const wanted = createHash('sha256').update(lockfile).digest('hex');
  // Written after a complete install; a checkout changes the lockfile's date, not its content.
  const note = path.join(benchFolder, 'node_modules/.installed');
  if (existsSync(note) && readFileSync(note, 'utf8') === wanted) return;
  run('npm', ['ci', '--loglevel=error'], benchFolder);
  writeFileSync(note, wanted);
}

/**
 * Builds and packs this package and unpacks it among the bench's own dependencies: linked to, it would load another
 * copy of Mastra and of the SDK than the peer does.
 */
export function installPackage(): void {
  run('npm', ['run', '--silent', 'build'], root);
  run('npx', ['tsx', 'scripts/verify/pack.ts', tarball], root);
  const target = path.join(benchFolder, 'node_modules/@mastra/inngest');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], root);
}

/** Bundles the code of the measured processes, so that they run without a loader for TypeScript. */
export async function bundleApp(): Promise<void> {
  await build({
    config: false,
    silent: true,
    entry: {
      app: path.join(benchFolder, 'src/app/main.ts'),
      kit: path.join(benchFolder, 'src/app/kit.ts'),
    },
    outDir: path.join(benchFolder, 'dist'),
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    clean: true,
    // Found at run time in the bench's own node_modules.
    external: [/^[^./]/],
    skipNodeModulesBundle: true,
  });
}
