/** Flow control is checked where a function registers, as on the real server. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import { post } from './support/apps';
import type { RawApp } from './support/raw-app';
import { startRawApp } from './support/raw-app';

let server: LocalServer;
let app: RawApp;
beforeEach(async () => {
  server = await startLocalServer({ port: 0 });
  app = await startRawApp(server);
});
afterEach(async () => {
  await server.stop();
  await app.stop();
});

const register = async (options: Record<string, unknown>) =>
  await app.serve({ f: () => [200, '1'] }, { f: options });

it.each([
  [{ concurrency: { limit: 1, key: 'event.data.(' } }, 'event.data.('],
  [{ concurrency: { limit: 1.5 } }, 'limit must be a whole number'],
  [{ concurrency: { limit: 1, scope: 'moon' } }, '"moon" is not a scope'],
  [{ concurrency: { limit: 1, scope: 'env' } }, 'A concurrency key must be specified for env scoped limits'],
  [{ concurrency: [{ limit: 1 }, { limit: 2 }, { limit: 3 }] }, 'more concurrency limits'],
  [{ concurrency: { fn: [{ limit: 0 }] } }, 'limit must be > 0'],
  [{ throttle: { limit: -1, period: '1s' } }, 'limit must be a whole number'],
  [{ throttle: { limit: 1, period: 'soon' } }, 'period must be a duration'],
  [{ throttle: { limit: 1, period: '1s', burst: -1 } }, 'burst must be a whole number'],
  [{ debounce: { period: 'soon' } }, "period of 'soon' is invalid"],
  [{ debounce: { period: '999ms' } }, 'less than the min'],
  [{ debounce: { period: '8d' } }, 'greater than the max'],
  [{ debounce: { period: '1s', key: 'unknown.name' } }, 'unknown'],
  [{ singleton: { mode: 'moon' } }, '"moon" is not a mode'],
  [{ priority: { run: '1 +' } }, '1 +'],
])('refuses %j', async (options, problem) => {
  expect(await register(options)).toMatchObject({ status: 400, error: expect.stringContaining(problem) });
});

it('accepts what the real server does not look at: such keys of throttle and singleton are no limit', async () => {
  const reply = await register({
    throttle: { limit: 0, period: '500ms', key: '(' },
    singleton: { key: '(' },
    concurrency: { limit: 0 },
    priority: { run: 'unknown.name' },
  });
  expect(reply).toMatchObject({ ok: true });
  await post(`${server.url}/e/k`, [{ name: 'f' }, { name: 'f' }, { name: 'f' }]);
  await server.settled();
  expect(app.calls['f']).toBe(3);
});
