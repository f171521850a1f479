import { Mastra } from '@mastra/core/mastra';
import { init } from '@mastra/inngest';
import { LibSQLStore } from '@mastra/libsql';
import { Inngest } from 'inngest';
import { z } from 'zod';

// On your machine set INNGEST_DEV to the address of Inngest's dev server; in production, Inngest's keys.
export const inngest = new Inngest({ id: 'greeter' });
const { createWorkflow, createStep } = init(inngest);

const name = z.object({ name: z.string() });
const text = z.object({ text: z.string() });

const write = createStep({
  id: 'write',
  inputSchema: name,
  outputSchema: text,
  execute: async ({ inputData }) => ({ text: `Hello, ${inputData.name}!` }),
});

const approve = createStep({
  id: 'approve',
  inputSchema: text,
  outputSchema: text,
  resumeSchema: z.object({ approvedBy: z.string() }),
  execute: async ({ inputData, resumeData, suspend }) =>
    resumeData ? { text: `${inputData.text} (${resumeData.approvedBy})` } : suspend({}),
});

const greeting = createWorkflow({ id: 'greeting', inputSchema: name, outputSchema: text })
  .then(write)
  .sleep(50)
  .then(approve)
  .commit();

export const mastra = new Mastra({
  workflows: { greeting },
  storage: new LibSQLStore({ id: 'greeter', url: process.env['DATABASE_URL'] ?? 'file:greeter.db' }),
});

/** Starts a run, which suspends itself, and resumes it. */
export async function greet(name: string) {
  const run = await mastra.getWorkflow('greeting').createRun();
  const asked = await run.start({ inputData: { name } });
  if (asked.status !== 'suspended') return asked;
  return run.resume({ step: 'approve', resumeData: { approvedBy: 'Bea' } });
}
