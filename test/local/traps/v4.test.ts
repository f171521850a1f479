import { describe } from 'vitest';
import { sessions, type Suite } from './lib/kit.js';
import { attemptTraps, defineAttempts } from './suites/attempts.js';
import { defineParallel, parallelTraps } from './suites/parallel.js';
import { defineLifecycle, lifecycleTraps } from './suites/lifecycle.js';
import { apiTraps, defineApi } from './suites/api.js';
import { defineMemo, memoTraps } from './suites/memo.js';

describe('traps, SDK 4.24.0', () => {
  const suite: Suite = {
    modes: ['v4-off', 'v4-on'],
    session: sessions(['v4-off', 'v4-on'], {
      define(kit) {
        defineMemo(kit);
        defineAttempts(kit);
        defineApi(kit);
        defineLifecycle(kit);
        defineParallel(kit);
      },
    }),
  };
  memoTraps(suite);
  attemptTraps(suite);
  apiTraps(suite);
  lifecycleTraps(suite);
  parallelTraps(suite);
});
