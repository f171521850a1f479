/** A request with checkpointing ends before a serverless platform ends it: v4's SDK sees to it itself, v3's is told. */
import { createStep, init } from '@mastra/inngest';
import { Inngest as InngestV3 } from 'inngest-v3';
import { expect, test } from 'vitest';
import { z } from 'zod';

const any = z.any();
const step = createStep({ id: 'step', inputSchema: any, outputSchema: any, execute: async () => ({}) });

function checkpointingOf(ofClient: object, ofWorkflow: object): unknown {
  const inngest = new InngestV3({ id: 'app', isDev: true, ...ofClient });
  const workflow = init(inngest)
    .createWorkflow({ id: 'flow', inputSchema: any, outputSchema: any, ...ofWorkflow })
    .then(step)
    .commit() as unknown as { getFunction(): { opts: { checkpointing?: unknown } } };
  return workflow.getFunction().opts.checkpointing;
}

test.each([
  ['off by default', {}, {}, undefined],
  ['on in the client', { checkpointing: true }, {}, { maxRuntime: '10s' }],
  ['on in the workflow', {}, { checkpointing: true }, { maxRuntime: '10s' }],
  ['off in the workflow', { checkpointing: true }, { checkpointing: false }, false],
  [
    'with other settings',
    { checkpointing: { bufferedSteps: 3 } },
    {},
    { maxRuntime: '10s', bufferedSteps: 3 },
  ],
  ['with a time of one’s own', {}, { checkpointing: { maxRuntime: '50s' } }, { maxRuntime: '50s' }],
])('v3, %s', (_name, ofClient, ofWorkflow, expected) => {
  expect(checkpointingOf(ofClient, ofWorkflow)).toEqual(expected);
});
