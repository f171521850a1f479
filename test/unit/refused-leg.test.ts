/** A resume that the execution refused, as whoever resumed finds it in Inngest's list of the event's runs. */
import { expect, test } from 'vitest';
import { SealedFailure } from '../../src/wire/outcome';
import { MastraInngestError } from '../../src/errors';
import { Arrival } from '../../src/run/arrival';
import type { InngestPort } from '../../src/sdk/port';
import type { RunRecord } from '../../src/snapshot/run-record';

const identity = { workflowId: 'flow', runId: 'run' };
const thrown = new MastraInngestError('GRAPH_CHANGED', 'It was changed.', { ...identity, stepId: 'ask' });

async function found(refusedRun: string) {
  const failure = new SealedFailure(thrown, {
    refused: { runId: refusedRun, code: 'GRAPH_CHANGED' },
    thrown,
  });
  const error: unknown = JSON.parse(JSON.stringify(failure));
  const port = {
    eventRuns: async () => ({ runs: [{ id: 'one', state: 'failed', error }] }),
    runState: async () => 'over',
  } as unknown as InngestPort;
  const destination = { app: 'app', functionOptions: {} };
  const parts = { port, record: { identity } as RunRecord, log: { warn: () => {} }, destination };
  return new Arrival(parts, { eventId: 'event', age: 60_000, leg: 1 }).look(undefined);
}

test('it is the error that refused it, with its code and place', async () => {
  const lost = await found('run');
  expect(lost).toMatchObject({
    how: 'failed',
    refused: { code: 'GRAPH_CHANGED', stepId: 'ask', runId: 'run' },
  });
  expect(MastraInngestError.is(lost && 'refused' in lost && lost.refused)).toBe(true);
});

test('what refused another run says nothing of this one', async () => {
  expect(await found('another')).toMatchObject({ how: 'failed', refused: undefined });
});
