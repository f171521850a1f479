/** One workflow with each kind of part whose events could come in the wrong order, and a gate in its middle. */
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { z } from 'zod';
import type { Gate } from '../server/gate';

export const WORKFLOW = 'story';

/** The workflow's steps, part by part of its graph; a nested workflow's steps have its name before theirs, but in what they write. */
export const PARTS = [
  ['begin'],
  ['left', 'right'],
  ['turn'],
  ['hold'],
  ['split'],
  ['item', 'item-a', 'item-b', 'item-c'],
  ['inner', 'inner.one', 'inner.two', 'one', 'two'],
  ['end'],
];

const any = z.any();

interface Writing {
  output?: (input: unknown) => unknown;
  /** Resolves when the step may go on. */
  pass?: (runId: string) => Promise<void>;
  /** Who wrote: the items of a foreach write at the same time. */
  author?: (input: unknown) => string;
}

/** A step that writes in both ways before it ends; as a rule it answers what it was asked. */
const writing = (id: string, { output = input => input, pass, author = () => id }: Writing = {}) =>
  createStep({
    id,
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData, runId, writer }) => {
      const from = author(inputData);
      await writer.write({ from, wrote: 'first' });
      await writer.custom({ type: 'data-note', data: { from, wrote: 'second' } });
      await pass?.(runId);
      await writer.write({ from, wrote: 'third' });
      return output(inputData);
    },
  });

export function storyWorkflow(inngest: Inngest.Any, gate: Gate) {
  const { createWorkflow } = init(inngest);
  const side = (id: string) => writing(id, { output: () => ({ side: id }) });
  const turnsOf = (input: unknown) => (input as { turns?: number }).turns ?? 0;
  const turn = writing('turn', { output: input => ({ turns: turnsOf(input) + 1 }) });
  const item = writing('item', {
    output: input => ({ item: input }),
    author: input => `item-${String(input)}`,
  });
  const inner = createWorkflow({ id: 'inner', inputSchema: any, outputSchema: any })
    .then(writing('one', { output: items => ({ items }) }))
    .then(writing('two'))
    .commit();
  // A process that is killed takes its time to come back, and the real server calls it meanwhile.
  return createWorkflow({ id: WORKFLOW, inputSchema: any, outputSchema: any, retries: 20 })
    .then(writing('begin'))
    .parallel([side('left'), side('right')])
    .dountil(turn, async ({ inputData }) => turnsOf(inputData) >= 3)
    .then(writing('hold', { pass: runId => gate.pass(runId) }))
    .then(writing('split', { output: () => ['a', 'b', 'c'] }))
    .foreach(item, { concurrency: 2 })
    .then(inner)
    .then(writing('end'))
    .commit();
}
