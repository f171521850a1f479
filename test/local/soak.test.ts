import v8 from 'node:v8';
import vm from 'node:vm';
import { afterEach, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import { get, post } from './support/apps';
import { ops, startRawApp } from './support/raw-app';
import type { RawApp, RawRequest } from './support/raw-app';

let server: LocalServer;
let app: RawApp;
afterEach(async () => {
  await server.stop();
  await app.stop();
});

const megabyte = 2 ** 20;

/** 6,000 requests are ten seconds' work, and minutes of it on a machine that has much else to do. */
const patienceMs = 600_000;

/** Bytes of live objects: what is left after collecting twice. */
async function liveHeap(): Promise<number> {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  for (let i = 0; i < 2; i++) {
    await new Promise(resolve => setTimeout(resolve, 50));
    collect();
  }
  return process.memoryUsage().heapUsed;
}

/** One step a request, five in all. The SDKs need ten times as long for this and are tested elsewhere. */
const five = ({ steps, event }: RawRequest) => {
  const done = Object.keys(steps).length;
  if (done < 5) return ops({ op: 'StepRun', id: `s${done}`, name: `s${done}`, data: event.data.n + done });
  const sum = Object.values(steps).reduce((total, step) => total + step.data, 0);
  return [200, String(sum)] as [number, string];
};

it('loses none of 1,000 runs of 5 steps, and gives the memory back', { timeout: patienceMs }, async () => {
  server = await startLocalServer({ port: 0, retention: { runs: 1000 } });
  app = await startRawApp(server);
  await app.serve({ five });
  const burst = async (count: number): Promise<string[]> => {
    const events = Array.from({ length: count }, (_, n) => ({ name: 'five', data: { n } }));
    const { ids } = await post(`${server.url}/e/k`, events);
    await server.settled(patienceMs);
    return ids;
  };
  await burst(100);
  const before = await liveHeap();
  const ids = await burst(1000);
  expect(app.calls['five']).toBe(1100 * 6);
  for (let start = 0; start < ids.length; start += 50) {
    const some = ids.slice(start, start + 50);
    const rows = await Promise.all(
      some.map(async id => (await get(`${server.url}/v1/events/${id}/runs`)).data),
    );
    for (const [index, row] of rows.entries()) {
      expect(row).toMatchObject([{ status: 'Completed', output: 5 * (start + index) + 10 }]);
    }
  }
  // Connections that are just being closed hold memory for a moment; what leaks is held for ever.
  await expect.poll(async () => (await liveHeap()) - before).toBeLessThan(20 * megabyte);
});
