/** What the instances of the app execute: each step writes down in which process it began and ended. */
import { appendFileSync, existsSync } from 'node:fs';
import { Mastra } from '@mastra/core';
import { createStep, init } from '@mastra/inngest';
import { LibSQLStore } from '@mastra/libsql';
import type { Inngest } from 'inngest';
import { z } from 'zod';

const any = z.any();

/** While this file is missing, the step `slow` works. */
export const goOn = (journal: string) => `${journal}.go-on`;

export async function productionApp(
  inngest: Inngest.Any,
  database: string,
  journal: string,
): Promise<Mastra> {
  const write = (line: string) => appendFileSync(journal, `${line} ${process.pid}\n`);
  const step = (id: string, work: () => Promise<void> = async () => {}) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      execute: async ({ runId }) => {
        write(`${runId} ${id} begins`);
        await work();
        write(`${runId} ${id} ends`);
        return { by: process.pid };
      },
    });
  const ask = createStep({
    id: 'ask',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ resumeData, suspend }) =>
      resumeData ? { answer: resumeData as object } : suspend({ question: 'Go on?' }),
  });
  const untilAllowed = async () => {
    while (!existsSync(goOn(journal))) await new Promise(resolve => setTimeout(resolve, 20));
  };
  const { createWorkflow } = init(inngest);
  const shared = createWorkflow({ id: 'shared', inputSchema: any, outputSchema: any })
    .parallel([step('left'), step('right')])
    .sleep(50)
    .then(ask)
    .then(step('last'))
    .commit();
  const slow = createWorkflow({ id: 'slow', inputSchema: any, outputSchema: any })
    .then(step('before'))
    .then(step('slow', untilAllowed))
    .sleep(50)
    .then(step('after'))
    .commit();
  const storage = new LibSQLStore({ id: 'production', url: `file:${database}` });
  await storage.init();
  return new Mastra({ workflows: { shared, slow }, storage, logger: false });
}
