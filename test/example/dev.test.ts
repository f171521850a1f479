import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../processes/child';
import { freePort } from '../processes/free-port';
import { ExampleClient } from './client';
import { createExampleProject, type ExampleProject } from './project';
import { until } from '../support/until';

let project: ExampleProject;
let server: Child;
let app: Child;
let client: ExampleClient;

beforeAll(async () => {
  project = await createExampleProject();
  const [serverPort, appPort] = [await freePort(), await freePort()];
  const serverUrl = `http://127.0.0.1:${serverPort}`;
  const appUrl = `http://127.0.0.1:${appPort}`;
  client = new ExampleClient(serverUrl, appUrl);
  app = project.mastraDev({ PORT: String(appPort), INNGEST_BASE_URL: serverUrl, DATABASE_URL: ':memory:' });
  server = project.localServer(['--port', String(serverPort), '-u', `${appUrl}/api/inngest`]);
  await Promise.all([app.prints(/ready in/, 240_000), server.prints(/http:\/\//)]);
});

afterAll(async () => {
  await Promise.all([app?.stop(), server?.stop()]);
  await project?.remove();
});

describe('the example under `mastra dev`, against the local server', () => {
  it('is found and synced by the server', async () => {
    const slugs = await until(
      () => client.registeredSlugs(),
      ({ length }) => length > 0,
    );
    expect(slugs).toEqual(
      expect.arrayContaining([
        'mastra-workflow.increment-workflow',
        'mastra-workflow.increment-once',
        'mastra-send-welcome-email',
        'mastra-process-webhook',
      ]),
    );
    expect(new Set(slugs).size).toBe(slugs.length);
  });

  it('registers itself, too, when it is asked to', async () => {
    expect(await client.registerApp()).toBe(200);
  });

  it('runs the workflow under the runId it is given', async () => {
    const runId = randomUUID();
    await client.invoke({ inputData: { value: 5 }, runId });
    expect(await client.finishedRun(runId)).toMatchObject({
      runId,
      status: 'success',
      result: { value: 10 },
    });
  });

  it('runs the workflow without a runId; the result is in the stored snapshot', async () => {
    const known = new Set((await client.storedRuns()).map(run => run.runId));
    await client.invoke({ inputData: { value: 3 } });
    const runId = await until(async () =>
      (await client.storedRuns()).map(run => run.runId).find(id => !known.has(id)),
    );
    expect(await client.finishedRun(runId)).toMatchObject({ status: 'success', result: { value: 10 } });
  });

  it('runs the custom functions by event', async () => {
    const registered = await client.send('user/registered', { email: 'ada@example.com', name: 'Ada' });
    const received = await client.send('webhook/received', {
      source: 'shop',
      payload: { order: 7, amount: 12 },
    });
    expect(await client.outputOf(registered)).toEqual({
      status: 'sent',
      to: 'ada@example.com',
      subject: 'Welcome, Ada!',
    });
    expect(await client.outputOf(received)).toEqual({
      status: 'processed',
      source: 'shop',
      fields: ['amount', 'order'],
    });
  });
});
