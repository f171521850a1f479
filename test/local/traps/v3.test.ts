import { describe } from 'vitest';
import { sessions, type Suite } from './lib/kit.js';
import { attemptTraps, defineAttempts } from './suites/attempts.js';
import { defineParallel, parallelTraps } from './suites/parallel.js';
import { defineLifecycle, lifecycleTraps } from './suites/lifecycle.js';
import { apiTraps, defineApi } from './suites/api.js';
import { defineMemo, memoTraps } from './suites/memo.js';

describe('traps, SDK 3.54.2', () => {
  const suite: Suite = {
    modes: ['v3'],
    session: sessions(['v3'], {
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
