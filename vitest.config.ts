import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** One line per entry of the package: tests import it by name and get the sources. */
const alias = [
  { find: /^@mastra\/inngest\/connect$/, replacement: source('./src/serve/connect.ts') },
  { find: /^@mastra\/inngest\/realtime$/, replacement: source('./src/realtime/index.ts') },
  { find: /^@mastra\/inngest\/local$/, replacement: source('./src/local/index.ts') },
  { find: /^@mastra\/inngest\/testing$/, replacement: source('./src/testing/index.ts') },
  { find: /^@mastra\/inngest\/testing\/vitest$/, replacement: source('./src/testing/vitest.ts') },
  { find: /^@mastra\/inngest$/, replacement: source('./src/index.ts') },
  // `MASTRA_CORE` names another installed copy of core (the matrix sets it).
  ...(process.env.MASTRA_CORE
    ? [{ find: /^@mastra\/core(?=\/|$)/, replacement: process.env.MASTRA_CORE }]
    : []),
];

const testDefaults = {
  // They end what hangs, and say nothing about speed: a machine may be ten times slower than the one this was written on.
  testTimeout: 300_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 120_000 } },
  retry: 0,
  // A test that is disabled or left focused must not look like a green one.
  allowOnly: false,
};

/**
 * `npm test` takes minutes. `npm run verify` sets `TEST_SCOPE=full` and takes what is left out, too: these, which start whole programs,
 * and where several modes play the same cases, all of them in each (`test/support/share.ts`). The matrix takes the programs alone.
 */
const PROGRAMS = [
  'test/check/**',
  'test/demo/**',
  'test/agent/{answers,crash,kills,several-workers}.test.ts',
  'test/example/{agent,dev,api-prefix}.test.ts',
  'test/fault/**',
  'test/local/cli/workflows.test.ts',
  'test/local/recordings/v4-off.test.ts',
  'test/local/traps/v3.test.ts',
  'test/production/**',
];

/**
 * Files that one process runs one after the other, because loading core takes longer than most of them: each leaves the process as it
 * was. The others have one of their own. They count sockets, stop clocks, break requests off, or start processes.
 */
const SHARED = [
  'test/{docs,e2e,engine,histories,scripts,thrown,types}/**/*.test.ts',
  // One mocks a module, which has to be loaded anew; the others stop a clock by which what is left of a file before may go.
  'test/unit/!(option-names|reads|shared-sockets|wait-for-rest).test.ts',
];

export default defineConfig({
  test: {
    // Two cores: more workers only make the HTTP tests wait for each other. On a server that all files share, one: it starts every
    // function that an event's name fits, so two files' workflows of one id would both be executed.
    maxWorkers: process.env.INNGEST_BASE_URL ? 1 : 2,
    passWithNoTests: false,
    reporters: ['default', './scripts/test-total/reporter.ts'],
    projects: [
      {
        resolve: { alias },
        test: {
          ...testDefaults,
          name: 'suite',
          include: ['test/**/*.test.ts', 'examples/testing/test/*.test.ts'],
          exclude: [
            ...SHARED,
            'test/package/**',
            'test/frameworks/**',
            'test/differential/graphs/**',
            'test/redis/**',
            'test/local/page/browser/**',
            'test/swap/**',
            ...(process.env.TEST_SCOPE ? [] : PROGRAMS),
          ],
        },
      },
      {
        resolve: { alias },
        test: {
          ...testDefaults,
          name: 'shared',
          include: SHARED,
          isolate: false,
          setupFiles: ['test/support/fresh-process.ts'],
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
        },
      },
      {
        // A thousand random workflows take minutes; `npm run verify` runs them beside what `npm test` runs.
        resolve: { alias },
        test: {
          ...testDefaults,
          name: 'graphs',
          include: ['test/differential/graphs/**/*.test.ts'],
        },
      },
      {
        // Needs a `redis-server` on the PATH, which `npm test` and `npm run verify` must do without; CI runs it after them.
        resolve: { alias },
        test: {
          ...testDefaults,
          name: 'redis',
          include: ['test/redis/**/*.test.ts'],
        },
      },
      {
        // Needs a `chromium` on the PATH; CI runs it as it runs `redis`.
        resolve: { alias },
        test: {
          ...testDefaults,
          name: 'page',
          include: ['test/local/page/browser/**/*.test.ts'],
        },
      },
      {
        // Installs the npm package of the same name, which is the bench's; `npm run verify` runs it.
        resolve: { alias },
        test: {
          ...testDefaults,
          name: 'swap',
          include: ['test/swap/**/*.test.ts'],
          globalSetup: './test/swap/install.ts',
        },
      },
      {
        // Needs the built and packed package, so `npm run verify` runs it after packing; not part of `npm test`.
        test: {
          ...testDefaults,
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      // Each installs and builds an example's app around the packed package; `npm run verify` runs the first.
      ...Object.entries({ frameworks: 'ci', 'more-frameworks': 'more' }).map(([name, folder]) => ({
        test: {
          ...testDefaults,
          name,
          include: [`test/frameworks/${folder}/*.test.ts`],
          testTimeout: 600_000,
          hookTimeout: 1_200_000,
        },
      })),
    ],
  },
});
