import { describe, expect, test } from 'vitest';
import { golden, notLocal, notRun } from './coverage.js';
import { plain, shown } from './lib/table.js';
import { modes } from './lib/types.js';
import { backoff, scenarios } from './scenarios.js';
import { tables } from './tables.js';

describe('docs/local-server-conformance.md', () => {
  for (const [name, make] of Object.entries(tables)) {
    test(`its table of ${name} is the one made from the tests`, () => {
      expect(plain(shown(name))).toBe(plain(make()));
    });
  }

  test('every recorded scenario is either run or listed as not covered', () => {
    const names = [...scenarios, backoff].map(one => one.name);
    expect(new Set(names).size).toBe(names.length);
    for (const mode of modes) expect(names).toEqual(expect.arrayContaining(Object.keys(golden(mode))));
    expect(names).toEqual(expect.arrayContaining(Object.keys(notLocal)));
    expect(names).not.toEqual(expect.arrayContaining(notRun.map(one => one.name)));
  });
});
