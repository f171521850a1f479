import { init } from '@mastra/inngest';
import { z } from 'zod';
import { inngest } from '../inngest';

const { createWorkflow, createStep } = init(inngest);

const counter = z.object({ value: z.number() });

const increment = createStep({
  id: 'increment',
  inputSchema: counter,
  outputSchema: counter,
  execute: async ({ inputData }) => ({ value: inputData.value + 1 }),
});

const sideEffect = createStep({
  id: 'side-effect',
  inputSchema: counter,
  outputSchema: counter,
  execute: async ({ inputData, mastra }) => {
    mastra.getLogger().info(`The counter stands at ${inputData.value}`);
    return inputData;
  },
});

const final = createStep({
  id: 'final',
  inputSchema: counter,
  outputSchema: counter,
  execute: async ({ inputData }) => inputData,
});

const incrementOnce = createWorkflow({
  id: 'increment-once',
  inputSchema: counter,
  outputSchema: counter,
})
  .then(increment)
  .then(sideEffect)
  .commit();

export const incrementWorkflow = createWorkflow({
  id: 'increment-workflow',
  inputSchema: counter,
  outputSchema: counter,
})
  .dountil(incrementOnce, async ({ inputData }) => inputData.value >= 10)
  .then(final)
  .commit();
