/** An app as a user has it: made by a function, so that each test has a client of its own. */
import { Mastra } from '@mastra/core/mastra';
import { init, waitForEvent } from '@mastra/inngest';
import { type TestApp, type TestAppOptions, testApp } from '@mastra/inngest/testing';
import type { Inngest } from 'inngest';
import { z } from 'zod';
import { makeClient, serveSdk } from '../support/sdk';

const DAY = 86_400_000;

const order = z.object({ id: z.string(), amount: z.number() });
const receipt = z.object({ id: z.string(), receipt: z.string() });

/** The workflows of the app. */
export function shopWorkflows(inngest: Inngest.Any) {
  const { createWorkflow, createStep } = init(inngest);
  const reserve = createStep({
    id: 'reserve',
    inputSchema: order,
    outputSchema: order,
    execute: async ({ inputData }) => inputData,
  });
  const charge = createStep({
    id: 'charge',
    inputSchema: order,
    outputSchema: receipt,
    execute: async ({ inputData }) => ({ id: inputData.id, receipt: `paid ${inputData.amount}` }),
  });
  const approve = createStep({
    id: 'approve',
    inputSchema: order,
    outputSchema: order,
    resumeSchema: z.object({ by: z.string() }),
    suspendSchema: z.object({ asked: z.string() }),
    execute: async ({ inputData, resumeData, suspend }) =>
      resumeData ? inputData : suspend({ asked: 'the manager' }),
  });
  const flaky = createStep({
    id: 'flaky',
    inputSchema: order,
    outputSchema: order,
    retries: 2,
    execute: async ({ inputData, retryCount }) => {
      if (retryCount < 2) throw new RangeError('The bank is closed');
      return inputData;
    },
  });
  const payment = createWorkflow({ id: 'payment', inputSchema: order, outputSchema: receipt })
    .then(charge)
    .commit();
  const plain = createWorkflow({ id: 'plain', inputSchema: order, outputSchema: receipt })
    .then(reserve)
    .then(charge)
    .commit();
  const sleeping = createWorkflow({ id: 'sleeping', inputSchema: order, outputSchema: receipt })
    .then(reserve)
    .sleep(3 * DAY)
    .sleep(4 * DAY)
    .then(charge)
    .commit();
  const approved = createWorkflow({ id: 'approved', inputSchema: order, outputSchema: receipt })
    .then(reserve)
    .then(approve)
    .then(payment)
    .commit();
  const retrying = createWorkflow({
    id: 'retrying',
    inputSchema: order,
    outputSchema: order,
    retryConfig: { delay: 60_000 },
  })
    .then(flaky)
    .commit();
  const waiting = createWorkflow({ id: 'waiting', inputSchema: order, outputSchema: z.any() })
    .then(reserve)
    .then(
      waitForEvent({
        id: 'paid',
        event: 'shop/paid',
        if: ({ inputData }) => `async.data.id == '${(inputData as { id: string }).id}'`,
        timeout: '3d',
      }),
    )
    .commit();
  const daily = createWorkflow({
    id: 'daily',
    inputSchema: z.object({ kind: z.string() }),
    outputSchema: z.object({ kind: z.string() }),
    schedule: { cron: '0 9 * * *', inputData: { kind: 'daily' } },
    triggers: [{ event: 'shop/report', input: ({ data }) => ({ kind: String(data.kind) }) }],
  })
    .then(
      createStep({
        id: 'send-report',
        inputSchema: z.object({ kind: z.string() }),
        outputSchema: z.object({ kind: z.string() }),
        execute: async ({ inputData }) => inputData,
      }),
    )
    .commit();
  return {
    workflows: { plain, sleeping, approved, retrying, waiting, daily },
    steps: { reserve, charge, approve, flaky },
    payment,
  };
}

export type Shop = ReturnType<typeof shopWorkflows> & {
  app: TestApp;
  mastra: Mastra;
  inngest: Inngest.Any;
};

let shops = 0;

/** The app under test. */
export async function startShop(
  options: Partial<TestAppOptions> & { functionsOf?: (inngest: Inngest.Any) => object[] } = {},
): Promise<Shop & AsyncDisposable> {
  const { functionsOf, ...others } = options;
  const inngest = makeClient({ id: `shop-${(shops += 1)}` });
  const made = shopWorkflows(inngest);
  const mastra = new Mastra({ workflows: made.workflows, logger: false });
  const app = await testApp({
    mastra,
    inngest,
    serve: serveSdk as TestAppOptions['serve'],
    ...(functionsOf && { functions: functionsOf(inngest) }),
    ...others,
  });
  return { ...made, app, mastra, inngest, [Symbol.asyncDispose]: () => app.stop() };
}
