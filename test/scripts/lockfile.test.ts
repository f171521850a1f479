import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface Entry {
  resolved?: string;
  integrity?: string;
  inBundle?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const text = readFileSync(path.resolve(import.meta.dirname, '../../package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as { packages: Record<string, Entry> };
const installed = Object.entries(packages).filter(([place]) => place !== '');

describe('package-lock.json', () => {
  it('names no registry, so it serves every mirror', () => {
    expect(installed.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });

  it('has a checksum for every package', () => {
    expect(installed.filter(([, entry]) => !entry.integrity && !entry.inBundle)).toEqual([]);
  });

  it('has every package that another one needs, also those for other systems (else `npm ci` refuses it)', () => {
    const missing = installed.flatMap(([place, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).filter(name => !isFound(name, place)),
    );
    expect(missing).toEqual([]);
  });
});

/** As Node looks for a package: in the folder's own node_modules, then in those of the folders around it. */
function isFound(name: string, place: string): boolean {
  const around = place
    .split('/node_modules/')
    .map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return [...around.map(folder => `${folder}/node_modules/${name}`), `node_modules/${name}`].some(
    key => key in packages,
  );
}
