import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient, Chunk } from './client';
import { plain } from './plain';
import { type ServerRig, inngestServer } from './rig';
import { until } from '../support/until';

let rig: ServerRig;
beforeAll(async () => {
  rig = await inngestServer();
});
afterAll(() => rig?.stop());

const ADA = { inputData: { name: 'Ada' } };
const path = (workflow: string, action: string, runId: string) =>
  `/workflows/${workflow}/${action}?runId=${runId}`;
const observe = (api: ApiClient, workflow: string, runId: string, action = 'observe') =>
  api.stream(path(workflow, action, runId));

/** Observes a run of `slow` that stands at the gate; resolves once the stream is as far. */
async function observeAtGate(api: ApiClient, runId: string, action = 'observe'): Promise<{ rest: Stream }> {
  let rest: Stream | undefined;
  await new Promise<void>(resolve => {
    rest = api.stream(path('slow', action, runId), {}, chunk => {
      if (/step-result/.test(chunk.type) && chunk.payload?.id === 'begin') resolve();
    });
  });
  return { rest: rest as Stream };
}

type Stream = ReturnType<ApiClient['stream']>;

/** A chunk in a word. */
const brief = ({ type, payload }: Chunk) =>
  `${type.replace('workflow-', '')} ${(payload?.id ?? payload?.workflowStatus ?? '') as string}`.trim();

/** The `slow` workflow's chunks. */
const WHOLE = [
  'start',
  'step-start begin',
  'step-result begin',
  'step-start hold',
  'step-output',
  'step-result hold',
  'step-start tell',
  'data-told',
  'step-result tell',
  'finish success',
];

describe('observe', () => {
  test('a live run, from its beginning on, from two processes: each chunk once', async () => {
    const { api, other, gate } = rig;
    const runId = randomUUID();
    const started = api.post(path('slow', 'start-async', runId), ADA);
    await until(() => gate.arrived.has(runId));
    const seen = [await observeAtGate(api, runId), await observeAtGate(other, runId)];
    gate.letPass(runId);
    await started;
    for (const { rest } of seen) {
      const { chunks } = await rest;
      expect(chunks.map(brief)).toEqual(WHOLE);
    }
  });

  test('a run that another process streams shows what its stream shows', async () => {
    const { api, other, gate } = rig;
    const runId = randomUUID();
    const streamed = api.stream(path('slow', 'stream', runId), ADA);
    await until(() => gate.arrived.has(runId));
    const observed = await observeAtGate(other, runId);
    gate.letPass(runId);
    const { chunks } = await streamed;
    expect(chunks.map(brief)).toEqual(WHOLE);
    const same = (all: Chunk[]) => plain(all.map(chunk => ({ ...chunk, payload: shared(chunk) })));
    expect(same((await observed.rest).chunks)).toEqual(same(chunks));
  });

  test('an ended run: what the store tells, or what the server kept of its stream', async () => {
    const { api, other, gate } = rig;
    const runId = randomUUID();
    gate.letPass(runId);
    const { chunks } = await api.stream(path('slow', 'stream', runId), ADA);
    expect((await observe(other, 'slow', runId)).chunks.map(brief)).toEqual(WHOLE);
    expect((await observe(api, 'slow', runId)).chunks).toEqual(chunks);
    const rest = await api.stream(`${path('slow', 'observe', runId)}&offset=7`);
    expect(rest.chunks).toEqual(chunks.slice(7));
  });

  test('a suspended run, and one that failed', async () => {
    const { api, other } = rig;
    const [asleep, broken] = [randomUUID(), randomUUID()];
    await api.post(path('approval', 'start-async', asleep), ADA);
    await api.post(path('failing', 'start-async', broken), ADA);
    const suspended = await observe(other, 'approval', asleep);
    expect(suspended.chunks.map(brief)).toEqual([
      'start',
      'step-start ask',
      'step-suspended ask',
      'finish suspended',
    ]);
    const failed = await observe(other, 'failing', broken);
    expect(failed.chunks.map(brief)).toEqual([
      'start',
      'step-start fail',
      'step-result fail',
      'finish failed',
    ]);
    expect((await observe(other, 'approval', randomUUID())).status).toBe(404);
  });

  test('a run that is cancelled meanwhile', async () => {
    const { api, other, gate } = rig;
    const runId = randomUUID();
    const streamed = api.stream(path('slow', 'stream', runId), ADA);
    await until(() => gate.arrived.has(runId));
    const observed = await observeAtGate(other, runId);
    await other.post(`/workflows/slow/runs/${runId}/cancel`);
    for (const { chunks } of await Promise.all([streamed, observed.rest])) {
      expect(chunks.map(brief).slice(-2)).toEqual(['canceled', 'finish canceled']);
    }
  });
});

describe('observe-stream-legacy', () => {
  test('a live and an ended run; the stream ends with the run', async () => {
    const { api, other, gate } = rig;
    const runId = randomUUID();
    const started = api.stream(path('slow', 'stream-legacy', runId), ADA);
    await until(() => gate.arrived.has(runId));
    const live = [await observeAtGate(api, runId, 'observe-stream-legacy')];
    live.push(await observeAtGate(other, runId, 'observe-stream-legacy'));
    gate.letPass(runId);
    expect((await started).chunks.map(brief)).toEqual([
      'start',
      ...['begin', 'hold', 'tell'].flatMap(id => [
        `step-start ${id}`,
        `step-result ${id}`,
        `step-finish ${id}`,
      ]),
      'finish',
    ]);
    for (const { rest } of live) expect((await rest).chunks.map(brief)).toContain('step-result tell');
    const ended = await observe(other, 'slow', runId, 'observe-stream-legacy');
    expect(ended.chunks.map(brief)).toContain('step-result tell');
  });
});

/** What the store knows of an event, too: all but which call it was. */
function shared({ payload }: Chunk): unknown {
  const { stepCallId: _call, request: _request, ...rest } = payload ?? {};
  return rest;
}
