import { createStep } from '@mastra/inngest';
import { z } from 'zod';

export const order = z.object({ id: z.string(), amount: z.number() });
export const receipt = z.object({ id: z.string(), receipt: z.string() });

/** Stands for the shop's own services. */
const bank = async (amount: number): Promise<string> => `receipt for ${amount}`;

export const reserve = createStep({
  id: 'reserve',
  inputSchema: order,
  outputSchema: order,
  execute: async ({ inputData }) => inputData,
});

/** Asks a person, and waits as long as that takes. */
export const approve = createStep({
  id: 'approve',
  inputSchema: order,
  outputSchema: order,
  suspendSchema: z.object({ reason: z.string() }),
  resumeSchema: z.object({ by: z.string() }),
  execute: async ({ inputData, resumeData, suspend }) =>
    resumeData ? inputData : suspend({ reason: `${inputData.amount} is a lot` }),
});

export const accept = createStep({
  id: 'accept',
  inputSchema: order,
  outputSchema: order,
  execute: async ({ inputData }) => inputData,
});

export const charge = createStep({
  id: 'charge',
  inputSchema: order,
  outputSchema: receipt,
  retries: 3,
  execute: async ({ inputData }) => ({ id: inputData.id, receipt: await bank(inputData.amount) }),
});

export const askForReview = createStep({
  id: 'ask-for-review',
  inputSchema: receipt,
  outputSchema: receipt,
  execute: async ({ inputData }) => inputData,
});
