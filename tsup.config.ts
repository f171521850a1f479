import { defineConfig, type Options } from 'tsup';
import { bundledLicences } from './scripts/build/bundled-licences.js';
import { pageFiles } from './scripts/build/page-files.js';

const shared: Options = {
  target: 'node22',
  platform: 'node',
  outDir: 'dist',
  dts: true,
  treeshake: true,
  // Runtimes other than Node know its modules by their full names only.
  removeNodeProtocol: false,
};

/** What a production app loads: peer dependencies stay imports, nothing is bundled in. */
const main: Options = {
  ...shared,
  name: 'main',
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  sourcemap: true,
};

/**
 * Small entries of their own. Each holds what it needs: shared with the main entry, they would load all of it, and the
 * package's classes know each other across copies anyway.
 */
const connect: Options = { ...main, name: 'connect', entry: { 'connect/index': 'src/serve/connect.ts' } };
const realtime: Options = { ...main, name: 'realtime', entry: { 'realtime/index': 'src/realtime/index.ts' } };

/**
 * The local server carries its libraries with it: they are devDependencies, which tsup bundles, so an install
 * of the package gains none of them. Some are CommonJS and call `require` for Node's own modules, which an ES
 * module has not got.
 */
const requireForBundledCommonJs = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
].join('\n');

/** Constructors of what only the kit makes name types that no user sees. */
const withoutInternal = { stripInternal: true };

const testing = { 'testing/index': 'src/testing/index.ts', 'testing/vitest': 'src/testing/vitest.ts' };

/** In one build, so that the command, the library and the test kit share their code. */
const local: Options = {
  ...shared,
  name: 'local',
  entry: { 'local/index': 'src/local/index.ts', 'local/bin': 'src/local/bin.ts', ...testing },
  dts: { entry: { 'local/index': 'src/local/index.ts', ...testing }, compilerOptions: withoutInternal },
  format: ['esm'],
  splitting: true,
  banner: { js: requireForBundledCommonJs },
  esbuildPlugins: [bundledLicences('local/LICENSES.txt'), pageFiles()],
};

const localForRequire: Options = {
  ...shared,
  name: 'local cjs',
  entry: { 'local/index': 'src/local/index.ts', 'testing/index': 'src/testing/index.ts' },
  dts: { compilerOptions: withoutInternal },
  format: ['cjs'],
  esbuildPlugins: [pageFiles()],
};

/** A command alone. Its one library, jiti, loads the user's TypeScript and stays an import. */
const check: Options = {
  ...shared,
  name: 'check',
  entry: { 'check/bin': 'src/check/bin.ts' },
  format: ['esm'],
  dts: false,
};

export default defineConfig([main, connect, realtime, local, localForRequire, check]);
