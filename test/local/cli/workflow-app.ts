import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { init } from '@mastra/inngest';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { listen } from '../../support/listen';
import { register } from '../../support/register';
import { makeClient, ownFunction, serveSdk } from '../../support/sdk';

const counter = z.object({ value: z.number() });
const io = { inputSchema: counter, outputSchema: counter };

/** An app with workflows and a function, on the SDK under test, registered with the server at this URL. */
export async function startWorkflowApp(serverUrl: string): Promise<Mastra> {
  const inngest = makeClient({ id: 'shop', baseUrl: serverUrl });
  const { createWorkflow, createStep } = init(inngest);
  const raise = createStep({
    id: 'raise',
    ...io,
    execute: async ({ inputData: { value } }) => {
      if (value < 0) throw new TypeError('a negative counter');
      return { value: value + 1 };
    },
  });
  const ask = createStep({
    id: 'ask',
    ...io,
    suspendSchema: z.object({ why: z.string() }),
    resumeSchema: z.object({}),
    execute: async ({ inputData, resumeData, suspend }) =>
      resumeData ? inputData : await suspend({ why: 'approval' }),
  });
  const count = createWorkflow({ id: 'count', ...io })
    .then(raise)
    .commit();
  const approve = createWorkflow({ id: 'approve', ...io })
    .then(count)
    .then(ask)
    .commit();
  const greet = ownFunction(
    inngest,
    { id: 'greet', triggers: [{ event: 'person/met' }] },
    async ({ event }) => `Hello ${(event.data as { name: string }).name}`,
  );
  const mastra = new Mastra({ workflows: { count, approve }, storage: new InMemoryStore(), logger: false });
  const app = await listen(serveSdk({ mastra, inngest, functions: [greet] }));
  onTestFinished(async () => await app.close());
  await register(app.url);
  return mastra;
}
