import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import { getRunSubscriptionToken, workflowChannel } from '@mastra/inngest/realtime';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();

function workflows(inngest: Inngest.Any) {
  const step = createStep({ id: 'step', inputSchema: any, outputSchema: any, execute: async () => ({}) });
  const followed = init(inngest)
    .createWorkflow({ id: 'followed', inputSchema: any, outputSchema: any })
    .then(step)
    .commit();
  return { followed };
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

test('the token of a run opens its channel to a browser', async () => {
  const runId = randomUUID();
  const token = await getRunSubscriptionToken(harness.inngest, { workflowId: 'followed', runId });
  expect(token).toMatchObject({ channel: workflowChannel('followed', runId), topics: ['watch'] });

  const url = new URL('/v1/realtime/connect', harness.proxy.url.replace('http', 'ws'));
  url.searchParams.set('token', token.key);
  const socket = new WebSocket(url);
  const frames: { channel: string; data: { type: string } }[] = [];
  socket.addEventListener('message', message => frames.push(JSON.parse(message.data as string) as never));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const run = await harness.mastra.getWorkflowById('followed').createRun({ runId });
  await run.start({ inputData: {} } as never);
  await expect.poll(() => frames.at(-1)?.data.type).toBe('workflow-finish');
  socket.close();
  expect(frames.map(frame => frame.channel)).toEqual(frames.map(() => `workflow:followed:${runId}`));
});
