/** Runs that two OS processes want to drive at the same time. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from './support/postgres';
import { type Answer, type Processes, startProcesses } from './support/processes';

const GATE_STEPS = ['before', 'approve', 'approve resumed', 'after'];

/** The one that a program of its own serves is left to `npm run verify` and the matrix. */
const STORES = process.env.TEST_SCOPE ? ['a libSQL file', 'Postgres'] : ['a libSQL file'];

describe.each(STORES)('two processes on %s', name => {
  let postgres: Postgres | undefined;
  let both: Processes;
  beforeAll(async () => {
    if (name === 'Postgres') postgres = await startPostgres();
    const store = postgres?.connectionString;
    both = await startProcesses(folder => store ?? `file:${join(folder, 'runs.db')}`);
  });
  afterAll(async () => {
    await both.stop();
    await postgres?.stop();
  });

  const inBoth = (workflowId: string, runId: string, method: string, ...args: unknown[]) =>
    Promise.all([
      both.drive(0, workflowId, runId, method, ...args),
      both.drive(1, workflowId, runId, method, ...args),
    ]);
  const codes = (answers: Answer[]) => answers.flatMap(({ error }) => (error ? [error.code] : []));

  test('I5: a run that both start is executed once', async () => {
    for (let round = 0; round < 5; round++) {
      const runId = randomUUID();
      const answers = await inBoth('chain', runId, 'start', { inputData: {} });
      for (const { value, error } of answers) {
        if (error) expect(error.code).toBe('RUN_CONFLICT');
        else expect(value).toMatchObject({ status: 'success', result: { path: ['one', 'two'] } });
      }
      expect(codes(answers).length).toBeLessThan(2);
      expect(both.steps(runId)).toEqual(['one', 'two']);
    }
  });

  test('I5: of two that resume one suspension, one goes on, the other is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const runId = randomUUID();
      const first = await both.drive(round % 2 === 0 ? 0 : 1, 'gate', runId, 'start', { inputData: {} });
      expect(first.value).toMatchObject({ status: 'suspended' });
      const answers = await inBoth('gate', runId, 'resume', { resumeData: { ok: true } });
      expect(codes(answers)).toHaveLength(1);
      expect(['RUN_CONFLICT', 'RUN_NOT_SUSPENDED']).toContain(codes(answers)[0]);
      expect(answers.find(({ value }) => value)?.value).toMatchObject({ status: 'success' });
      const late = await both.drive(1, 'gate', runId, 'resume', { resumeData: { ok: true } });
      expect(late.error?.code).toBe('RUN_NOT_SUSPENDED');
      expect(both.steps(runId)).toEqual(GATE_STEPS);
    }
  });

  test('I5: of two that travel to one step at once, one does', async () => {
    const runId = randomUUID();
    await both.drive(0, 'chain', runId, 'start', { inputData: {} });
    const answers = await inBoth('chain', runId, 'timeTravel', { step: 'two', inputData: {} });
    // A process may be so late that the other's travel has ended before: then both do, one after the other.
    const refused = codes(answers);
    for (const code of refused) expect(['RUN_CONFLICT', 'RUN_ACTIVE']).toContain(code);
    expect(refused.length).toBeLessThan(2);
    expect(both.steps(runId)).toEqual([
      'one',
      'two',
      ...Array.from({ length: 2 - refused.length }, () => 'two'),
    ]);
  });

  test('the process that did not start a run cancels it, and its step hears of that', async () => {
    const runId = randomUUID();
    const result = both.drive(0, 'slow', runId, 'start', { inputData: {} });
    await expect.poll(() => both.steps(runId)).toEqual(['work']);
    await both.drive(1, 'slow', runId, 'cancel');
    const since = Date.now();
    await expect.poll(() => both.steps(runId)).toEqual(['work', 'work aborted']);
    expect(Date.now() - since).toBeLessThan(5_000);
    expect((await result).value).toMatchObject({ status: 'canceled' });
  });

  test('a resume and a cancel at the same time leave one of the two', async () => {
    const runId = randomUUID();
    await both.drive(0, 'gate', runId, 'start', { inputData: {} });
    const [resumed] = await Promise.all([
      both.drive(0, 'gate', runId, 'resume', { resumeData: { ok: true } }),
      both.drive(1, 'gate', runId, 'cancel'),
    ]);
    const code = resumed.error?.code;
    if (code) expect(['RUN_NOT_SUSPENDED', 'RUN_CONFLICT']).toContain(code);
    else expect(['success', 'canceled']).toContain(resumed.value?.status);
    const again = await both.drive(1, 'gate', runId, 'resume', { resumeData: { ok: true } });
    expect(again.error?.code).toBe('RUN_NOT_SUSPENDED');
  });
});
