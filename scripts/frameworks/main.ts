/**
 * `tsx main.ts [--all] [name…]`: the examples of frameworks, each built by its own tool and run. Without arguments those of CI;
 * with names (of files in test/frameworks) those; with --all all of them. `PACKAGE_TARBALL` names a packed package, else it is made.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const args = process.argv.slice(2);
const names = args.filter(arg => arg !== '--all');
const projects =
  names.length > 0 || args.includes('--all') ? ['frameworks', 'more-frameworks'] : ['frameworks'];
process.env['PACKAGE_TARBALL'] ??= pack();
const chosen = names.map(name => `/${name}.test.ts`);
run('vitest', ['run', ...projects.flatMap(project => ['--project', project]), ...chosen]);

function pack(): string {
  const file = path.resolve('.tmp/frameworks/package.tgz');
  run('npm', ['run', '--silent', 'build']);
  run('tsx', ['scripts/verify/pack.ts', file]);
  return file;
}

function run(command: string, parameters: string[]): void {
  const { status } = spawnSync(command, parameters, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
