import { builtinModules } from 'node:module';
import path from 'node:path';
import { linksOf } from '../../scripts/readme/links';
import { describe, expect, it } from 'vitest';
import { filesInTarball, readFromTarball } from './tarball';

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

const manifest = JSON.parse(readFromTarball('package.json')) as Manifest;
const files = filesInTarball();

describe('the packed package', () => {
  it('brings the documents and nothing but the build', () => {
    const outside = files.filter(file => !/^(dist|docs|bench)\//.test(file)).sort();
    expect(outside).toEqual(['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.json']);
    expect(files.filter(file => file.startsWith('bench/') && !/\.(md|svg)$/.test(file))).toEqual([]);
    expect(files.filter(file => /\.test\.|metafile|\.ts\.map$/.test(file))).toEqual([]);
  });

  it.each(files.filter(file => file.endsWith('.md') && file !== 'CHANGELOG.md'))(
    '%s links to nothing that the package lacks',
    page => {
      const missing = linksOf(page, readFromTarball(page)).filter(
        ({ file }) => !files.some(one => one === file || one.startsWith(file.replace(/\/?$/, '/'))),
      );
      expect(missing.map(({ text }) => text)).toEqual([]);
    },
  );

  it('installs nothing of its own but what the check loads TypeScript with', () => {
    expect(Object.keys(manifest.dependencies ?? {})).toEqual(['jiti']);
    expect(Object.keys(manifest.peerDependencies).sort()).toEqual([
      '@inngest/realtime',
      '@mastra/core',
      'inngest',
      'vitest',
      'zod',
    ]);
    const optional = Object.entries(manifest.peerDependenciesMeta).filter(([, meta]) => meta.optional);
    expect(optional.map(([name]) => name).sort()).toEqual(['@inngest/realtime', 'vitest']);
  });

  it.each(files.filter(file => /\.(js|cjs|d\.ts|d\.cts)$/.test(file)))(
    '%s imports only Node and the peers',
    file => {
      const own = file === 'dist/check/bin.js' ? ['jiti'] : [];
      const allowed = [...builtinModules, ...Object.keys(manifest.peerDependencies), ...own];
      const strangers = importedPackages(readFromTarball(file)).filter(name => !allowed.includes(name));
      expect(strangers).toEqual([]);
    },
  );

  it.each(['dist/realtime/index.js', 'dist/realtime/index.cjs'])(
    '%s is for browsers: it loads nothing',
    file => {
      const loaded = withChunks(file);
      expect(loaded.flatMap(name => importedPackages(readFromTarball(name)))).toEqual([]);
      expect(loaded.map(name => readFromTarball(name)).join()).not.toMatch(/\bprocess\.|\bBuffer\b/);
    },
  );

  it('lists the licences of the libraries inside the local server', () => {
    const licences = readFromTarball('dist/local/LICENSES.txt');
    for (const library of ['hono', '@hono/node-server', 'ws']) expect(licences).toContain(`── ${library} `);
  });
});

/** A built module and those of this package that it imports. */
function withChunks(file: string, known = new Set<string>()): string[] {
  if (known.has(file)) return [...known];
  known.add(file);
  const chunks = readFromTarball(file).matchAll(/(?:from\s*|import\s*|require\()['"](\.{1,2}\/[^'"]+)['"]/g);
  for (const [, chunk = ''] of chunks) withChunks(path.posix.join(path.posix.dirname(file), chunk), known);
  return [...known];
}

/** The packages that a built module names, with their subpaths and `node:` cut off. */
function importedPackages(code: string): string[] {
  const statements = withoutComments(code).matchAll(
    /(?:^|[;\s}])(?:import|export)\b[^'"();]*?(?:from\s*)?['"]([^'".][^'"]*)['"]|\bimport\(\s*['"]([^'".][^'"]*)['"]|\brequire\(\s*['"]([^'".][^'"]*)['"]/g,
  );
  const names = [...statements].map(match => match[1] ?? match[2] ?? match[3] ?? '');
  return [...new Set(names.map(name => name.replace(/^node:/, '')))].map(packageOf);
}

const packageOf = (specifier: string) =>
  builtinModules.includes(specifier)
    ? specifier
    : specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

const withoutComments = (code: string) =>
  code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
