/** Realtime refuses everything: runs go on, callers are answered, streams end with the final state (I9, I10). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Chunk } from './client';
import { type ServerRig, inngestServer } from './rig';
import { ending } from './ending';

let rig: ServerRig;
beforeAll(async () => {
  rig = await inngestServer({ refuse: '/v1/realtime' });
});
afterAll(() => rig?.stop());

const ADA = { inputData: { name: 'Ada' } };
const path = (workflow: string, action: string, runId: string) =>
  `/workflows/${workflow}/${action}?runId=${runId}`;
const brief = ({ type, payload }: Chunk) =>
  `${type.replace('workflow-', '')} ${(payload?.id ?? payload?.workflowStatus ?? '') as string}`.trim();

test('start-async and resume-async answer', async () => {
  const runId = randomUUID();
  const suspended = await rig.api.post(path('approval', 'start-async', runId), ADA);
  expect(suspended).toMatchObject({ status: 200, body: { status: 'suspended', suspended: [['ask']] } });
  const resumed = await rig.api.post(path('approval', 'resume-async', runId), {
    resumeData: { approved: true },
  });
  expect(resumed).toMatchObject({ status: 200, body: { status: 'success', result: { text: 'in: Ada!' } } });
});

test('streams tell what the steps did, from the store, and how the run ended', async () => {
  const [runId, broken, asleep] = [randomUUID(), randomUUID(), randomUUID()];
  const { chunks } = await rig.api.stream(path('line', 'stream', runId), ADA);
  expect(chunks.map(brief)).toEqual([
    'start',
    'step-start greet',
    'step-output',
    'data-mood',
    'step-result greet',
    'step-start shout',
    'step-result shout',
    'finish success',
  ]);
  expect(chunks.at(-1)?.payload).toMatchObject({ finalWorkflowResult: { text: 'HELLO ADA' } });
  const failed = await rig.api.stream(path('failing', 'stream', broken), ADA);
  expect(failed.chunks.map(brief)).toEqual(['start', 'step-start fail', 'step-result fail', 'finish failed']);
  const stopped = await rig.api.stream(path('approval', 'stream', asleep), ADA);
  expect(stopped.chunks.map(brief)).toEqual([
    'start',
    'step-start ask',
    'step-suspended ask',
    'finish suspended',
  ]);
  const resumed = await rig.api.stream(path('approval', 'resume-stream', asleep), {
    resumeData: { approved: true },
  });
  expect(resumed.chunks.map(brief)).toEqual([
    'start',
    'step-start ask',
    'step-result ask',
    'step-start tell',
    'data-told',
    'step-result tell',
    'finish success',
  ]);
});

test('whoever observes gets the same', async () => {
  const runId = randomUUID();
  await rig.api.post(path('line', 'create-run', runId), {});
  await rig.api.post(path('line', 'start', runId), ADA);
  const { chunks } = await rig.other.stream(path('line', 'observe', runId));
  expect(chunks.map(brief).at(-1)).toBe('finish success');
  expect(chunks.map(brief)).toContain('step-result shout');
  expect(await ending(rig.other, 'line', runId)).toMatchObject({ status: 'success' });
});
