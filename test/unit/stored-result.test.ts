import { Mastra } from '@mastra/core';
import { expect, test } from 'vitest';
import { shapedResult } from '../../src/function/stored-result';
import { emptySnapshot } from '../../src/snapshot/snapshot';

const tripped = (reason: string) => ({ status: 'failed', error: { message: reason }, tripwire: { reason } });

test('of several steps that tripped, the result names the one that ended the run, whatever the order in the store', async () => {
  const context = { input: 1, s18: tripped('the later one'), s4: tripped('the first one') };
  const tripwire = { reason: 'the first one' };
  const mastra = new Mastra({ logger: false });
  const run = emptySnapshot('run', 'tripwire', { context, tripwire });
  expect((await shapedResult(mastra, run)).shaped).toMatchObject({ status: 'tripwire', tripwire });
});

test('a row of an earlier version says which step tripped', async () => {
  const mastra = new Mastra({ logger: false });
  const run = emptySnapshot('run', 'tripwire', { context: { s1: tripped('it') } });
  expect((await shapedResult(mastra, run)).shaped).toMatchObject({ tripwire: { reason: 'it' } });
});
