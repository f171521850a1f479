import { defineConfig, type Options } from 'tsup';

const shared: Options = {
  target: 'node22',
  platform: 'node',
  outDir: 'dist',
  dts: true,
  sourcemap: true,
  treeshake: true,
  clean: false,
};

/** What a production app loads: peer dependencies stay imports, nothing is bundled in. */
const main: Options = {
  ...shared,
  name: 'main',
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
};

/**
 * The local server carries its libraries with it: they are devDependencies, which tsup bundles, so an install
 * of the package gains none of them. Some are CommonJS and call `require` for Node's own modules, which an ES
 * module has not got.
 */
const requireForBundledCommonJs = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
].join('\n');

const local: Options = {
  ...shared,
  name: 'local',
  entry: { 'local/index': 'src/local/index.ts' },
  format: ['esm', 'cjs'],
  banner: ({ format }) => (format === 'esm' ? { js: requireForBundledCommonJs } : {}),
};

const localBin: Options = {
  ...local,
  name: 'local bin',
  entry: { 'local/bin': 'src/local/bin.ts' },
  format: ['esm'],
  dts: false,
};

export default defineConfig([main, local, localBin]);
