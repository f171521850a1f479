import { execFileSync } from 'node:child_process';

/** The packed package, which `npm run verify` makes and names. */
export function tarball(): string {
  const file = process.env['PACKAGE_TARBALL'];
  if (!file) throw new Error('PACKAGE_TARBALL names no file: these tests are run by `npm run verify`.');
  return file;
}

export function filesInTarball(): string[] {
  const list = execFileSync('tar', ['-tzf', tarball()], { encoding: 'utf8' });
  return list
    .trim()
    .split('\n')
    .map(file => file.replace(/^package\//, ''));
}

export function readFromTarball(file: string): string {
  return execFileSync('tar', ['-xzOf', tarball(), `package/${file}`], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}
