/** What the list of an event’s runs says of them, and that of a run’s jobs, as a real Inngest server writes them. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventRuns, failedCalls } from '../../src/sdk/runs';

const ENDED = '2026-11-30T00:48:54.197511398Z';
const rows = [
  // Both execute; a step of the second is done.
  { run_id: 'begun', status: 'Running', ended_at: null },
  { run_id: 'between', status: 'Completed', ended_at: null },
  { run_id: 'retried', status: 'Failed', ended_at: null },
  { run_id: 'waiting', status: 'Scheduled' },
  { run_id: 'done', status: 'Completed', ended_at: ENDED },
  { run_id: 'failed', status: 'Failed', ended_at: ENDED, output: { error: { message: 'no' } } },
  { run_id: 'canceled', status: 'Cancelled', ended_at: ENDED },
];

/** Its first step is to be begun once more; it waits for its turn; it has a step that failed; nothing is left to do. */
const jobs: Record<string, object[]> = {
  retried: [{ at: ENDED, position: 0, kind: 'start', attempt: 2 }],
  waiting: [{ at: ENDED, position: 0, kind: 'start', attempt: 0 }],
  between: [{ at: ENDED, position: 0, kind: 'edge', attempt: 3 }],
  done: [],
};

let server: Server;
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const [, run] = /\/v1\/runs\/(\w+)\/jobs/.exec(url ?? '') ?? [];
    const data = run === undefined ? rows : jobs[run];
    response.end(JSON.stringify(data ? { data } : { error: 'Unable to load function run', status: 500 }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

const access = {
  baseUrl: async () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  signingKey: undefined,
};

test('a run is over once it has a time of its end, whatever its status says', async () => {
  expect(await eventRuns(access, 'event')).toEqual({
    runs: [
      { id: 'begun', state: 'live' },
      { id: 'between', state: 'live' },
      { id: 'retried', state: 'live' },
      { id: 'waiting', state: 'live' },
      { id: 'done', state: 'done' },
      { id: 'failed', state: 'failed', error: { error: { message: 'no' } } },
      { id: 'canceled', state: 'canceled' },
    ],
  });
});

test('the calls that failed are those of a run that is still to begin', async () => {
  const runs = [...Object.keys(jobs), 'unknown'];
  expect(await Promise.all(runs.map(id => failedCalls(access, id)))).toEqual([2, 0, 0, 0, 0]);
});
