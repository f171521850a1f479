/** What the list of an event’s runs says of them, as a real Inngest server writes it. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventRuns } from '../../src/sdk/runs';

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

let server: Server;
beforeAll(async () => {
  server = createServer((_request, response) => response.end(JSON.stringify({ data: rows })));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

test('a run is over once it has a time of its end, whatever its status says', async () => {
  const { port } = server.address() as AddressInfo;
  const access = { baseUrl: async () => `http://127.0.0.1:${port}`, signingKey: undefined };
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
