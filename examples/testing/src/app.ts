import { Mastra } from '@mastra/core/mastra';
import { init } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { accept, approve, askForReview, charge, order, receipt, reserve } from './steps';

const WEEK = 7 * 24 * 60 * 60 * 1000;

export const inngest = new Inngest({ id: 'shop' });
const { createWorkflow } = init(inngest);

const paymentWorkflow = createWorkflow({
  id: 'payment',
  inputSchema: order,
  outputSchema: receipt,
  // Between the tries of `charge`: durable, so it survives a restart.
  retryConfig: { delay: 60_000 },
})
  .then(charge)
  .commit();

export const orderWorkflow = createWorkflow({ id: 'order', inputSchema: order, outputSchema: receipt })
  .then(reserve)
  .branch([
    [async ({ inputData }) => inputData.amount > 1000, approve],
    [async ({ inputData }) => inputData.amount <= 1000, accept],
  ])
  .map(async params => params.getInitData<{ id: string; amount: number }>())
  .then(paymentWorkflow)
  .sleep(WEEK)
  .then(askForReview)
  .commit();

export const mastra = new Mastra({ workflows: { orderWorkflow }, logger: false });
