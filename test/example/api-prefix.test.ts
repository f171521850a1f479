import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { createHonoServer } from '@mastra/deployer/server';
import { init, serve } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { refusal } from './api-prefix-error';

describe("Mastra's apiPrefix", () => {
  it('makes /api/inngest impossible as long as it is the default /api', async () => {
    await expect(createHonoServer(mastraWith('/api/inngest'), { tools: {} })).rejects.toThrow(refusal);
  });

  it('moved elsewhere, leaves /api/inngest free', async () => {
    expect(await functionsAt('/api/inngest', '/mastra')).toBeGreaterThanOrEqual(1);
  });

  it('left alone, allows /inngest/api', async () => {
    expect(await functionsAt('/inngest/api')).toBeGreaterThanOrEqual(1);
  });
});

async function functionsAt(path: string, apiPrefix?: string): Promise<number> {
  const app = await createHonoServer(mastraWith(path, apiPrefix), { tools: {} });
  const response = await app.request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1' } });
  expect(response.status).toBe(200);
  return ((await response.json()) as { function_count: number }).function_count;
}

function mastraWith(path: string, apiPrefix?: string): Mastra {
  const inngest = new Inngest({ id: 'prefix', isDev: true });
  const { createWorkflow, createStep } = init(inngest);
  const any = z.object({});
  const step = createStep({ id: 'step', inputSchema: any, outputSchema: any, execute: async () => ({}) });
  const workflow = createWorkflow({ id: 'workflow', inputSchema: any, outputSchema: any })
    .then(step)
    .commit();
  return new Mastra({
    logger: false,
    workflows: { workflow },
    storage: new InMemoryStore(),
    server: {
      ...(apiPrefix === undefined ? {} : { apiPrefix }),
      apiRoutes: [{ path, method: 'ALL', createHandler: async ({ mastra }) => serve({ mastra, inngest }) }],
    },
  });
}
