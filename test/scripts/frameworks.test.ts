import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const examples = path.resolve(import.meta.dirname, '../../examples/frameworks');
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(
  file => !/node_modules|\.next|\.mastra|\.output|dist/.test(file),
);
const named = (name: string) => files.filter(file => path.basename(file) === name);
const read = (file: string) => readFileSync(path.join(examples, file), 'utf8');

test.each(named('mastra.ts').filter(file => !file.startsWith('workers')))(
  'the workflow of every framework is the same one: %s',
  file => {
    expect(read(file)).toBe(read('hono/mastra.ts'));
  },
);

test.each(named('package-lock.json'))('%s names no registry, and a checksum for every package', file => {
  const { packages } = JSON.parse(read(file)) as {
    packages: Record<string, { resolved?: string; link?: boolean; integrity?: string; inBundle?: boolean }>;
  };
  const installed = Object.entries(packages).filter(
    ([place, { link }]) => place.includes('node_modules') && !link,
  );
  expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  expect(installed.filter(([, { integrity, inBundle }]) => !integrity && !inBundle)).toEqual([]);
});

test.each(named('package.json'))('%s has exact versions, and this package is not among them', file => {
  const manifest = JSON.parse(read(file)) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(versions.map(([name]) => name)).not.toContain('@mastra/inngest');
});
