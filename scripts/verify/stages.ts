import path from 'node:path';
import type { Stage } from './stage.js';

/** Everything that verify leaves behind. */
export const workFolder = path.resolve('.tmp/verify');

/** package.json's `check:*` scripts name this file, too. */
const tarball = path.join(workFolder, 'package.tgz');

const testStage = (project: string, env: NodeJS.ProcessEnv = {}, ...more: string[]): Stage => ({
  name: `tests (${project})`,
  command: 'vitest',
  args: ['run', ...[project, ...more].flatMap(name => ['--project', name])],
  env: { ...env, TEST_TOTAL_FILE: totalFile(project) },
});

export const testProjects = ['suite', 'graphs', 'swap', 'package', 'frameworks'];

export function totalFile(project: string): string {
  return path.join(workFolder, `total-${project}.json`);
}

/**
 * In the order in which a mistake is cheapest to find. The package checks and the packed-package tests all look at
 * one tarball, which is what would be published.
 */
export const stages: Stage[] = [
  { name: 'format', command: 'npm', args: ['run', '--silent', 'format:check'] },
  { name: 'lint', command: 'npm', args: ['run', '--silent', 'lint'] },
  { name: 'types', command: 'npm', args: ['run', '--silent', 'types'] },
  { name: 'build', command: 'npm', args: ['run', '--silent', 'build'] },
  { name: 'size of the entries', command: 'npm', args: ['run', '--silent', 'check:size'] },
  { name: 'pack', command: 'tsx', args: ['scripts/verify/pack.ts', tarball] },
  { name: 'types of the package (attw)', command: 'npm', args: ['run', '--silent', 'check:types'] },
  { name: 'package (publint)', command: 'npm', args: ['run', '--silent', 'check:package'] },
  { name: 'unused (knip)', command: 'npm', args: ['run', '--silent', 'unused'] },
  testStage('suite', { TEST_SCOPE: 'full' }, 'shared'),
  testStage('graphs'),
  testStage('swap'),
  testStage('package', { PACKAGE_TARBALL: tarball }),
  testStage('frameworks', { PACKAGE_TARBALL: tarball }),
];
