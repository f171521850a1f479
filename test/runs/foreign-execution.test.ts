/** An execution that an earlier release began, and that Inngest goes on with in this one. */
import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { emptySnapshot, type Snapshot } from '../../src/snapshot/snapshot';
import { until } from '../support/until';
import { type Earlier, startEarlier } from './support/earlier';

const any = z.any();
const IDS = ['waits', 'asked', 'restarted', 'cancelled'];
const journal: string[] = [];
const ends: string[] = [];
let earlier: Earlier;
beforeAll(async () => {
  earlier = await startEarlier(IDS, inngest => {
    const { createWorkflow } = init(inngest);
    const plain = (id: string) =>
      createStep({
        id,
        inputSchema: any,
        outputSchema: any,
        execute: async ({ inputData, runId }) => {
          journal.push(`${runId}/${id}`);
          return { path: [...((inputData as { path?: string[] }).path ?? []), id] };
        },
      });
    const ask = createStep({
      id: 'ask',
      inputSchema: any,
      outputSchema: any,
      execute: async ({ runId, resumeData, suspend }) => {
        journal.push(`${runId}/ask`);
        return resumeData ? { path: ['one', 'ask'] } : suspend({});
      },
    });
    return Object.fromEntries(
      IDS.map(id => {
        const options = {
          onFinish: ({ status, runId }: { status: string; runId: string }) =>
            void ends.push(`${runId} ${status}`),
        };
        const begun = createWorkflow({ id, inputSchema: any, outputSchema: any, options }).then(plain('one'));
        return [
          id,
          id === 'asked'
            ? begun.then(ask).then(plain('late')).commit()
            : begun.sleep(1).then(plain('late')).commit(),
        ];
      }),
    );
  });
});
afterAll(() => earlier.stop());

const done = (...path: string[]) => ({
  status: 'success',
  payload: {},
  output: { path },
  startedAt: 1,
  endedAt: 2,
});

/** As core writes it, and hence the earlier release: without a mark of this one. */
const asleep = (runId: string): Snapshot =>
  emptySnapshot(runId, 'waiting', {
    context: { input: {}, one: done('one') },
    activePaths: [1],
    waitingPaths: {},
  });
const resumed = (runId: string): Snapshot =>
  emptySnapshot(runId, 'running', {
    context: {
      input: {},
      one: done('one'),
      ask: { status: 'suspended', payload: {}, startedAt: 3, suspendedAt: 4, suspendPayload: {} },
    },
    activePaths: [1],
    suspendedPaths: { ask: [1] },
  });
const steps = (runId: string) =>
  journal.flatMap(line => (line.startsWith(runId) ? [line.slice(runId.length + 1)] : []));
const about = (runId: string) => earlier.log.filter(line => line.includes(runId));

test('its row ends with the reason, told once, or is suspended or cancelled; one that was restarted here meanwhile stays', async () => {
  const [waits, asked, restarted, cancelled] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  await earlier.sleeps('waits', waits, asleep(waits));
  await earlier.sleeps('asked', asked, resumed(asked));
  await earlier.sleeps('restarted', restarted, asleep(restarted));
  await earlier.sleeps('cancelled', cancelled, asleep(cancelled));
  await earlier.takeOver();
  await earlier.cancel(cancelled);
  await until(async () => (await earlier.stored('cancelled', cancelled))?.status === 'canceled');
  const observed: string[] = [];
  const observing = (async () => {
    for await (const chunk of (await earlier.run('waits', waits)).observeStream()) observed.push(chunk.type);
  })();
  const again = await (await earlier.run('restarted', restarted)).restart();
  expect(again).toMatchObject({ status: 'success', result: { path: ['one', 'late'] } });
  await earlier.wake();

  await until(async () => (await earlier.stored('waits', waits))?.status === 'failed');
  const failed = await earlier.stored('waits', waits);
  expect(failed?.error).toMatchObject({ message: expect.stringContaining(waits) });
  expect(failed?.context).toMatchObject({ one: { status: 'success' } });
  await until(async () => (await earlier.stored('asked', asked))?.status === 'suspended');
  await until(() => earlier.failures().length === 3);
  await observing;
  expect(observed).toContain('workflow-finish');
  for (const [runId, lines] of [
    [waits, 1],
    [asked, 1],
    [restarted, 0],
  ] as const) {
    expect(about(runId)).toHaveLength(lines);
  }
  expect(ends.filter(line => line.startsWith(waits))).toEqual([`${waits} failed`]);
  expect(steps(waits)).toEqual([]);

  // Both can be gone on with, and what is done is not repeated.
  expect(await (await earlier.run('waits', waits)).restart()).toMatchObject({
    status: 'success',
    result: { path: ['one', 'late'] },
  });
  expect(await (await earlier.run('asked', asked)).resume({ resumeData: { ok: true } })).toMatchObject({
    status: 'success',
    result: { path: ['one', 'ask', 'late'] },
  });
  expect(steps(waits)).toEqual(['late']);
  expect(steps(asked)).toEqual(['ask', 'late']);
  // Once it has ended here, it has ended: its result is given again.
  await (await earlier.run('waits', waits)).restart();
  expect(steps(waits)).toEqual(['late']);
  expect(await earlier.stored('restarted', restarted)).toMatchObject({
    status: 'success',
    inngest: { leg: 1 },
  });
  expect(steps(restarted)).toEqual(['late']);
});
