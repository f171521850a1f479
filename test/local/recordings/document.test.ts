import { describe, expect, test } from 'vitest';
import { golden, notRun } from './coverage.js';
import { apart } from './lib/apart.js';
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

  test('every recorded scenario is either run or shown by a trap', () => {
    const names = [...scenarios, backoff, ...apart.map(one => one.scenario)].map(one => one.name);
    expect(new Set(names).size).toBe(names.length);
    for (const mode of modes) expect(names).toEqual(expect.arrayContaining(Object.keys(golden(mode))));
    for (const { name } of notRun) expect(names).not.toContain(name);
  });
});
