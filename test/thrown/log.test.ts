import { inspect } from 'node:util';
import { createStep, init } from '@mastra/inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
/** What the SDK told its logger, as a console shows it. */
const told: string[] = [];
const tell = (...details: unknown[]) => {
  // As an app that looks deeper than the default.
  told.push(details.map(one => (typeof one === 'string' ? one : inspect(one, { depth: 8 }))).join(' '));
};
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({
    logger: { info() {}, debug() {}, warn: tell, error: tell },
    workflows: inngest => {
      const { createWorkflow } = init(inngest);
      const execute = async () => {
        throw Object.assign(new Error('broken'), { code: 'E_BROKEN' });
      };
      const step = createStep({ id: 'one', inputSchema: any, outputSchema: any, execute });
      return {
        fails: createWorkflow({ id: 'fails', inputSchema: any, outputSchema: any }).then(step).commit(),
      };
    },
  });
});
afterAll(() => harness.stop());

test('a failure is one stack in the log of the SDK, without what the run remembers', async () => {
  const run = await harness.mastra.getWorkflowById('fails' as never).createRun();
  expect(await run.start({ inputData: {} as never })).toMatchObject({ status: 'failed' });
  // The function's own failure is logged when the run's result is known already.
  await harness.proxy.close();
  const log = told.join('\n');
  expect(log).toContain('broken');
  expect(log).not.toMatch(/mastra: |samePayload|startedAt|E_BROKEN/);
  expect(log.match(/at Object\.execute /g)).toHaveLength(1);
});
