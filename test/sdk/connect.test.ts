import { Mastra } from '@mastra/core';
import { createStep, init } from '@mastra/inngest';
import { connect } from '@mastra/inngest/connect';
import { Inngest } from 'inngest';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';

const sdkConnect = vi.hoisted(() => vi.fn(async (_options: Record<string, unknown>) => 'connected'));
vi.mock('inngest/connect', () => ({ connect: sdkConnect }));

const any = z.any();
const inngest = new Inngest({ id: 'connected', isDev: true, baseUrl: 'http://127.0.0.1:9' });

test('connect takes all functions of an app to Inngest, with its own options', async () => {
  const step = createStep({ id: 'step', inputSchema: any, outputSchema: any, execute: async () => ({}) });
  const workflow = init(inngest)
    .createWorkflow({ id: 'flow', inputSchema: any, outputSchema: any })
    .then(step)
    .commit();
  const mastra = new Mastra({ workflows: { workflow }, logger: false });
  const own = inngest.createFunction({ id: 'own', triggers: [{ event: 'a/b' }] }, async () => 1);
  const connection = await connect({
    mastra,
    inngest,
    functions: [own],
    instanceId: 'worker-1',
    maxWorkerConcurrency: 4,
  });
  expect(connection).toBe('connected');
  const [options] = sdkConnect.mock.calls[0] as [
    { apps: { client: unknown; functions: { id(): string }[] }[] },
  ];
  expect(options).toMatchObject({ instanceId: 'worker-1', maxWorkerConcurrency: 4 });
  expect(options.apps).toHaveLength(1);
  expect(options.apps[0]?.client).toBe(inngest);
  const ids = options.apps[0]?.functions.map(made => made.id());
  expect(ids).toEqual(expect.arrayContaining(['workflow.flow', 'mastra.run-ended', 'own']));
});

test('nothing to serve is nothing to connect', async () => {
  const mastra = new Mastra({ logger: false });
  await expect(connect({ mastra, inngest })).rejects.toMatchObject({ code: 'NOTHING_TO_SERVE' });
});
