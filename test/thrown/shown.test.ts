/** What Inngest, and so its dashboard, gets to see of a failure: the error as the user threw it (I4). */
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();

class PaymentRefused extends TypeError {
  override name = 'PaymentRefused';
}

let executions = 0;
async function payWithNoMoney(): Promise<never> {
  executions += 1;
  throw new PaymentRefused('the account is empty');
}

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const define = (id: string) => createWorkflow({ id, inputSchema: any, outputSchema: any });
  const pay = createStep({ id: 'pay', inputSchema: any, outputSchema: any, execute: payWithNoMoney });
  const order = define('order').then(pay).commit();
  return {
    order,
    shop: define('shop').then(order).commit(),
    callback: define('callback').sleep(payWithNoMoney).commit(),
  };
}

interface Shown {
  name: string;
  message: string;
  stack: string;
}

describe.each([true, false])('with checkpointing %s', checkpointing => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ workflows, checkpointing });
  });
  afterAll(() => harness.stop());

  const runsOf = (workflowId: string) => [
    ...new Set(
      harness.proxy.executions
        .filter(({ fnId }) => fnId === `${harness.appId}-workflow.${workflowId}`)
        .map(({ runId }) => runId),
    ),
  ];

  test.each(['order', 'shop', 'callback'])('%s', async id => {
    executions = 0;
    harness.proxy.reset();
    const run = await harness.mastra.getWorkflowById(id).createRun();
    await run.start({ inputData: {} }).catch(() => undefined);
    await harness.proxy.quiet();
    expect(executions).toBe(1);
    const failed = harness.proxy.ops
      .filter(({ op }) => op === 'StepFailed')
      .map(({ error }) => error as Shown);
    expect(failed).toHaveLength(1);
    const expected = { name: 'PaymentRefused', message: 'the account is empty' };
    expect(failed[0]).toMatchObject({ ...expected, stack: expect.stringContaining('payWithNoMoney') });
    for (const workflow of id === 'shop' ? ['shop', 'order'] : [id]) {
      const [inngestRunId] = runsOf(workflow);
      const read = async () => {
        const response = await fetch(`${harness.proxy.url}/v1/runs/${inngestRunId}?fresh=${Math.random()}`);
        return ((await response.json()) as { data: { status: string; output: Shown } }).data;
      };
      await expect.poll(async () => (await read()).status).toBe('Failed');
      const { output } = await read();
      expect(output).toMatchObject(expected);
      if (workflow === 'order') expect(output.stack).toContain('payWithNoMoney');
    }
  });
});
