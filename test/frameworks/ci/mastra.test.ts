/** `mastra build`, and its output started. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFromTarball } from '../../package/tarball';
import { Installed } from '../installed';
import { runsToTheEnd } from '../run';

let installed: Installed;
beforeAll(async () => {
  installed = await Installed.make('mastra');
  await installed.succeed('npm', ['run', 'build']);
});
afterAll(() => installed.remove());

const output = '.mastra/output';

test('the output has the very package that was packed', async () => {
  const file = path.join(installed.folder, output, 'node_modules/@mastra/inngest/dist/index.js');
  expect(await readFile(file, 'utf8')).toBe(readFromTarball('dist/index.js'));
});

test('the output runs a workflow to its end', async () => {
  await runsToTheEnd(installed, { command: ['node', 'index.mjs'], below: output, inngestPath: '/inngest' });
});
