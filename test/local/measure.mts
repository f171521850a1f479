/**
 * Figures of the local server on this machine, now: `npm run build && npx tsx test/local/measure.mts`.
 * They depend on the machine and its load, so no test asserts them.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startLocalServer } from '../../src/local';
import { post, startPair } from './support/apps';
import type { Mode } from './support/apps';
import { ops, startRawApp } from './support/raw-app';

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const show = (name: string, ms: number): void =>
  void process.stdout.write(`${name.padEnd(56)}${ms.toFixed(1)} ms\n`);

/** From the start of the process to the line that says where the server listens. */
async function startUp(bin: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [bin, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise(resolve => child.stdout.once('data', resolve));
  const took = performance.now() - started;
  child.kill('SIGTERM');
  await new Promise(resolve => child.once('exit', resolve));
  return took;
}

async function emptyProcess(): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, ['-e', '0']);
  await new Promise(resolve => child.once('exit', resolve));
  return performance.now() - started;
}

/** Times between the executions of one step and the next. */
async function hops(mode: Mode): Promise<number> {
  const stamps: number[] = [];
  const pair = await startPair(mode, () => [
    {
      id: 'f',
      trigger: { event: 'f' },
      handler: async ({ step }) => {
        for (let i = 0; i < 40; i++) await step.run(`s${i}`, () => void stamps.push(performance.now()));
      },
    },
  ]);
  const times: number[] = [];
  for (let turn = 0; turn < 6; turn++) {
    stamps.length = 0;
    await pair.run({ name: 'f' });
    // The first turn warms up.
    if (turn > 0) times.push(...stamps.slice(1).map((stamp, i) => stamp - (stamps[i] ?? stamp)));
  }
  await pair.stop();
  return median(times);
}

async function rawHops(): Promise<number> {
  const server = await startLocalServer({ port: 0 });
  const app = await startRawApp(server);
  const stamps: number[] = [];
  await app.serve({
    f: ({ steps }) => {
      stamps.push(performance.now());
      const done = Object.keys(steps).length;
      return done < 100 ? ops({ op: 'StepRun', id: `s${done}`, name: 's', data: 1 }) : [200, '1'];
    },
  });
  for (let turn = 0; turn < 3; turn++) {
    await post(`${server.url}/e/k`, { name: 'f' });
    await server.settled();
  }
  await server.stop();
  await app.stop();
  return median(stamps.slice(-100).map((stamp, i, last) => stamp - (last[i - 1] ?? stamp)));
}

const bin = fileURLToPath(new URL('../../dist/local/bin.js', import.meta.url));
if (existsSync(bin)) {
  const times: number[] = [];
  for (let i = 0; i < 7; i++) times.push(await startUp(bin));
  show('start-up of the built command, median of 7', median(times));
  const empty: number[] = [];
  for (let i = 0; i < 7; i++) empty.push(await emptyProcess());
  show('  of which Node itself', median(empty));
}
const began = performance.now();
await (await startLocalServer({ port: 0 })).stop();
show('startLocalServer() and stop()', performance.now() - began);
show('hop between steps, app without an SDK, median', await rawHops());
for (const mode of ['v3', 'v4-off', 'v4'] as const)
  show(`hop between steps, ${mode}, median`, await hops(mode));
