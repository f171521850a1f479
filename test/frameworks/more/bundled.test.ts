/** An app of this package bundled with all that it imports, and nothing configured for it. */
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { asksForGateway } from '../connects';
import { Installed } from '../installed';
import { runsToTheEnd } from '../run';

let installed: Installed;
beforeAll(async () => {
  installed = await Installed.make('bundled');
});
afterAll(() => installed.remove());

const at = (file: string) => path.join(installed.folder, file);

describe.each([
  ['webpack', 'dist/webpack/serve/main.js', 'dist/webpack/connect/main.js'],
  ['vite', 'dist/vite/serve/serve.mjs', 'dist/vite/connect/connect.mjs'],
])('%s', (bundler, serves, connects) => {
  beforeAll(() => installed.succeed('npm', ['run', bundler]));

  test('an app that only serves runs a workflow to its end, also without node_modules', async () => {
    await rename(at('node_modules'), at('away'));
    try {
      await runsToTheEnd(installed, { command: ['node', serves] });
    } finally {
      await rename(at('away'), at('node_modules'));
    }
  });

  test('one that connects does so, by what Node finds in node_modules', () =>
    asksForGateway(installed, ['node', connects]));
});
