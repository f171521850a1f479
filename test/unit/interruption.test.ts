/** Where a run goes on that was interrupted, also where its graph has one step in several places. */
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { interruption } from '../../src/function/interrupted';

const any = z.any();
const [a, b, c] = ['a', 'b', 'c'].map(id =>
  createStep({ id, inputSchema: any, outputSchema: any, execute: async () => ({}) }),
) as [never, never, never];
const workflow = () => createWorkflow({ id: 'w', inputSchema: any, outputSchema: any });

const twice = workflow().then(a).then(b).then(a).then(c).commit().stepGraph;
const inParallel = workflow().then(a).then(b).parallel([a, c]).commit().stepGraph;
const inARow = workflow().then(a).then(a).then(b).commit().stepGraph;

const done = (startedAt: number) => ({ status: 'success', startedAt });
const running = (startedAt: number) => ({ status: 'running', startedAt });

test.each([
  ['nothing is stored', twice, {}, 0],
  ['the step is done where it stands first', twice, { a: done(1) }, 1],
  ['what follows it executes', twice, { a: done(1), b: running(2) }, 1],
  ['what follows it is done', twice, { a: done(1), b: done(2) }, 2],
  ['the step executes again', twice, { a: running(3), b: done(2) }, 2],
  ['the step is done again', twice, { a: done(3), b: done(2) }, 3],
  ['all is done', twice, { a: done(3), b: done(2), c: done(4) }, 3],
  ['what is between does not say whether it was before', twice, { a: done(2), b: done(2) }, 2],
  ['the step is done before a parallel that has it', inParallel, { a: done(1), b: running(2) }, 1],
  ['the parallel has another step that executes', inParallel, { a: done(1), b: done(2), c: running(3) }, 2],
  ['nothing is between', inARow, { a: done(1) }, 1],
  ['nothing is between, and what follows has begun', inARow, { a: done(2), b: running(3) }, 2],
])('where %s', (_name, graph, context, index) => {
  expect(interruption(graph, { input: {}, ...context }).activePaths).toEqual([index]);
});

test('of a parallel, a step that was done before it is still to be executed', () => {
  const before = { a: done(1), b: done(2), c: running(3) };
  expect(interruption(inParallel, before).activeStepsPath).toEqual({ a: [2, 0], c: [2, 1] });
  expect(interruption(inParallel, { ...before, a: done(4) }).activeStepsPath).toEqual({ c: [2, 1] });
});
