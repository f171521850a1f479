/** Two servers with one cache: each shows a run as the one that streams it, and no chunk twice. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SharedCache } from '../streams/shared-cache';
import type { Chunk } from './client';
import { plain } from './plain';
import { type ServerRig, inngestServer } from './rig';
import { until } from '../support/until';

let rig: ServerRig;
beforeAll(async () => {
  rig = await inngestServer({ cache: new SharedCache() });
});
afterAll(() => rig?.stop());

const ADA = { inputData: { name: 'Ada' } };
const path = (action: string, runId: string) => `/workflows/slow/${action}?runId=${runId}`;
const brief = ({ type, payload }: Chunk) =>
  `${type.replace('workflow-', '')} ${(payload?.id ?? payload?.workflowStatus ?? '') as string}`.trim();

test('a run that is streamed elsewhere is observed from its beginning, each chunk once', async () => {
  const { api, other, gate } = rig;
  const runId = randomUUID();
  const streamed = api.stream(path('stream', runId), ADA);
  await until(() => gate.arrived.has(runId));
  const observed = [api, other].map(one => one.stream(path('observe', runId)));
  // Some of it is in the cache by now, which the route shows first.
  await new Promise(resolve => setTimeout(resolve, 200));
  gate.letPass(runId);
  const { chunks } = await streamed;
  expect(chunks.map(brief)).toHaveLength(10);
  for (const { chunks: seen } of await Promise.all(observed)) {
    expect(seen.map(brief)).toEqual(chunks.map(brief));
    expect(plain(seen)).toEqual(plain(chunks));
  }
});

test('an offset counts the chunks of the stream, while it executes and afterwards', async () => {
  const { api, other, gate } = rig;
  const runId = randomUUID();
  const streamed = api.stream(path('stream', runId), ADA);
  await until(() => gate.arrived.has(runId));
  await new Promise(resolve => setTimeout(resolve, 200));
  const live = other.stream(`${path('observe', runId)}&offset=3`);
  await new Promise(resolve => setTimeout(resolve, 200));
  gate.letPass(runId);
  const { chunks } = await streamed;
  expect((await live).chunks.map(brief)).toEqual(chunks.map(brief).slice(3));
  const late = await other.stream(`${path('observe', runId)}&offset=7`);
  expect(late.chunks.map(brief)).toEqual(chunks.map(brief).slice(7));
});

test('a legacy stream is observed without doubles', async () => {
  const { api, other, gate } = rig;
  const runId = randomUUID();
  const started = api.stream(path('stream-legacy', runId), ADA);
  await until(() => gate.arrived.has(runId));
  const observed = other.stream(path('observe-stream-legacy', runId));
  await new Promise(resolve => setTimeout(resolve, 200));
  gate.letPass(runId);
  const { chunks } = await started;
  const steps = (all: Chunk[]) => all.map(brief).filter(word => word.startsWith('step-'));
  expect(steps((await observed).chunks)).toEqual(steps(chunks));
});
