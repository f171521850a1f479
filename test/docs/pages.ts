import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

export const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** All files of the repository, from its root, with those that are not committed yet. */
export const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
  .trim()
  .split('\n');

/** Every page that somebody reads; the changelog is written by a tool. */
export const pages = files.filter(
  file => /\.md$/.test(file) && !file.startsWith('.changeset/') && file !== 'CHANGELOG.md',
);
