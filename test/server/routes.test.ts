import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bare, sorted } from './order';
import { plain } from './plain';
import { type ServerRig, coreServer, inngestServer } from './rig';
import { until } from '../support/until';
import { ending } from './ending';

let core: ServerRig;
let inngest: ServerRig;
beforeAll(async () => {
  [core, inngest] = await Promise.all([coreServer(), inngestServer()]);
});
afterAll(() => Promise.all([core?.stop(), inngest?.stop()]));

type Scenario = (rig: ServerRig, runId: string) => Promise<unknown>;

/** What both servers answered: the same, and so given back once. */
async function alike(scenario: Scenario): Promise<unknown> {
  const reference = plain(await scenario(core, randomUUID()));
  const ours = plain(await scenario(inngest, randomUUID()));
  expect(ours).toEqual(reference);
  return ours;
}

const ADA = { inputData: { name: 'Ada' } };
const YES = { approved: true };
const path = (workflow: string, action: string, runId: string) =>
  `/workflows/${workflow}/${action}?runId=${runId}`;

describe('reading', () => {
  test('GET /workflows, /workflows/:id', async () => {
    const seen = await alike(async ({ api }) => {
      const all = (await api.get('/workflows')) as { status: number; body: Record<string, object> };
      const partial = (await api.get('/workflows?partial=true')) as { body: Record<string, object> };
      const unknown = await api.get('/workflows/nobody');
      return { all: sorted(all), partial: sorted(partial), one: await api.get('/workflows/outer'), unknown };
    });
    expect(seen).toMatchObject({ one: { status: 200, body: { name: 'outer' } }, unknown: { status: 404 } });
  });

  test('GET /workflows/:id/runs with paging and statuses, GET and DELETE of one run', async () => {
    const seen = await alike(async ({ api }, runId) => {
      const resourceId = runId;
      await api.post(path('line', 'start-async', runId), { ...ADA, resourceId });
      await api.post('/workflows/line/create-run', { resourceId });
      const list = (query: string) => api.get(`/workflows/line/runs?resourceId=${resourceId}${query}`);
      const one = `/workflows/line/runs/${runId}`;
      return {
        all: (await list('')).body['total'],
        done: await list('&status=success'),
        pending: (await list('&status=pending')).body['total'],
        paged: ((await list('&page=0&perPage=1')).body['runs'] as unknown[]).length,
        one: await api.get(one),
        fields: await api.get(`${one}?fields=result,payload`),
        badField: (await api.get(`${one}?fields=nonsense`)).status,
        deleted: await api.delete(one),
        gone: await api.get(one),
        deletedAgain: await api.delete(one),
      };
    });
    expect(seen).toMatchObject({
      all: 2,
      pending: 1,
      paged: 1,
      one: { status: 200, body: { status: 'success', result: { text: 'HELLO ADA' } } },
      deleted: { status: 200 },
      gone: { status: 404 },
      deletedAgain: { status: 404 },
    });
  });

  test('GET /workflows/run-counts', async () => {
    const seen = await alike(async ({ api }, runId) => {
      await api.post(path('reviews', 'start-async', runId), { inputData: ['a'] });
      const counts = (await api.get('/workflows/run-counts')).body as Record<string, unknown>;
      return counts.reviews;
    });
    expect(seen).toEqual({ running: 0, suspended: 1 });
  });

  test('a run shows the steps of its nested workflows', async () => {
    const seen = await alike(async ({ api }, runId) => {
      await api.post(path('outer', 'start-async', runId), ADA);
      const suspended = await api.get(`/workflows/outer/runs/${runId}`);
      const flat = await api.get(`/workflows/outer/runs/${runId}?withNestedWorkflows=false`);
      await api.post(path('outer', 'resume-async', runId), { step: ['inner', 'ask'], resumeData: YES });
      return { suspended, flat, ended: await api.get(`/workflows/outer/runs/${runId}`) };
    });
    expect(seen).toMatchObject({
      suspended: { body: { status: 'suspended', steps: { 'inner.ask': { status: 'suspended' } } } },
      ended: { body: { steps: { 'inner.ask': { output: { text: 'in: Ada' } } } } },
    });
  });
});

describe('starting', () => {
  test('create-run, start', async () => {
    const seen = await alike(async ({ api }, runId) => {
      const created = await api.post(path('line', 'create-run', runId), {});
      const started = await api.post(path('line', 'start', runId), ADA);
      const ended = await ending(api, 'line', runId);
      return {
        created,
        started,
        ended,
        unknown: await api.post(path('line', 'start', randomUUID()), ADA),
        noWorkflow: await api.post(path('nobody', 'create-run', runId), {}),
        noRunId: (await api.post('/workflows/line/start', ADA)).status,
      };
    });
    expect(seen).toMatchObject({
      created: { status: 200, body: { runId: '<id>' } },
      started: { status: 200, body: { message: 'Workflow run started' } },
      ended: { status: 'success' },
      unknown: { status: 404 },
    });
  });

  test('start-async: results, state, resourceId, request context, failures', async () => {
    const seen = await alike(async ({ api }, runId) => ({
      line: await api.post(path('line', 'start-async', runId), {
        ...ADA,
        initialState: { who: 'x' },
        tracingOptions: { metadata: { from: 'test' } },
      }),
      withoutRunId: await api.post('/workflows/both/start-async', ADA),
      asked: await api.post(path('asked', 'start-async', randomUUID()), {
        ...ADA,
        resourceId: 'user-1',
        requestContext: { tenant: 'acme' },
      }),
      failing: await api.post(path('failing', 'start-async', randomUUID()), ADA),
      invalid: await api.post(path('line', 'start-async', randomUUID()), { inputData: { name: 1 } }),
      invalidState: await api.post(path('line', 'start-async', randomUUID()), {
        ...ADA,
        initialState: { who: 1 },
      }),
      perStep: await api.post(path('line', 'start-async', randomUUID()), { ...ADA, perStep: true }),
    }));
    expect(seen).toMatchObject({
      line: { status: 200, body: { status: 'success', result: { text: 'HELLO ADA' } } },
      asked: { body: { result: { tenant: 'acme', resourceId: 'user-1' } } },
      failing: { status: 200, body: { status: 'failed', error: { message: 'the well is dry' } } },
      invalid: { status: 400 },
      perStep: { body: { status: 'paused' } },
    });
  });

  test('stream: chunks of every kind', async () => {
    const seen = await alike(async ({ api }, runId) => ({
      line: await api.stream(path('line', 'stream', runId), ADA),
      wrapped: sorted(await api.stream(path('wrapped', 'stream', randomUUID()), ADA)),
      each: sorted(await api.stream(path('each', 'stream', randomUUID()), { inputData: ['a', 'bb'] })),
      failing: await api.stream(path('failing', 'stream', randomUUID()), ADA),
      approval: await api.stream(path('approval', 'stream', randomUUID()), ADA),
      outer: await api.stream(path('outer', 'stream', randomUUID()), ADA),
      perStep: await api.stream(path('line', 'stream', randomUUID()), { ...ADA, perStep: true }),
      again: await api.stream(path('line', 'stream', runId), ADA),
    }));
    expect(seen).toMatchObject({ line: { status: 200 }, again: { status: 409 } });
  });

  test('stream-legacy', async () => {
    const seen = await alike(async ({ api }, runId) => ({
      line: await api.stream(path('line', 'stream-legacy', runId), ADA),
    }));
    expect(seen).toMatchObject({ line: { status: 200 } });
  });
});

describe('going on', () => {
  test('resume-async: by step, without a step, by index, wrong data, not suspended, unknown', async () => {
    const seen = await alike(async ({ api }, runId) => {
      const suspended = await api.post(path('approval', 'start-async', runId), ADA);
      const resume = (body: object, id = runId) => api.post(path('approval', 'resume-async', id), body);
      const wrong = await resume({ step: 'ask', resumeData: { approved: 'maybe' } });
      const ended = await resume({ resumeData: YES });
      return {
        suspended,
        wrong,
        ended,
        unknown: await resume({ resumeData: YES }, randomUUID()),
      };
    });
    expect(seen).toMatchObject({
      suspended: { body: { status: 'suspended', suspended: [['ask']] } },
      wrong: { status: 400 },
      ended: { body: { status: 'success', result: { text: 'in: Ada!' } } },
      unknown: { status: 404 },
    });
  });

  test('resume-async of items of a foreach', async () => {
    const seen = await alike(async ({ api }, runId) => {
      // Core shows an item that is still suspended with the resume data of the one before it, so here is no more of it.
      const resume = async (forEachIndex: number) => {
        const body = { step: 'review', resumeData: YES, forEachIndex };
        const answer = await api.post(path('reviews', 'resume-async', runId), body);
        const { status, result, suspended } = answer.body as Record<string, unknown>;
        return { status: answer.status, body: { status, result, suspended } };
      };
      return [
        await api.post(path('reviews', 'start-async', runId), { inputData: ['a', 'b'] }),
        await resume(0),
        await resume(1),
      ];
    });
    expect(seen).toMatchObject([
      { body: { status: 'suspended' } },
      { body: { status: 'suspended' } },
      { body: { status: 'success', result: ['a: true', 'b: true'] } },
    ]);
  });

  test('resume and resume-no-wait', async () => {
    const seen = await alike(async ({ api }, runId) => {
      const other = randomUUID();
      for (const id of [runId, other]) await api.post(path('outer', 'start-async', id), ADA);
      const resumed = await api.post(path('outer', 'resume', runId), { step: 'inner.ask', resumeData: YES });
      const noWait = await api.post(path('outer', 'resume-no-wait', other), { resumeData: YES });
      return {
        resumed,
        noWait,
        ended: [
          await ending(api, 'outer', runId, ['success']),
          await ending(api, 'outer', other, ['success']),
        ],
      };
    });
    expect(seen).toMatchObject({
      resumed: { status: 200, body: { message: 'Workflow run resumed' } },
      noWait: { status: 200, body: { runId: '<id>' } },
      ended: [{ status: 'success' }, { status: 'success' }],
    });
  });

  test('resume-stream', async () => {
    const seen = await alike(async ({ api }, runId) => {
      const nested = randomUUID();
      await api.post(path('approval', 'start-async', runId), ADA);
      await api.post(path('outer', 'start-async', nested), ADA);
      return {
        approval: bare(await api.stream(path('approval', 'resume-stream', runId), { resumeData: YES })),
        outer: bare(
          await api.stream(path('outer', 'resume-stream', nested), {
            step: ['inner', 'ask'],
            resumeData: YES,
          }),
        ),
      };
    });
    expect(seen).toMatchObject({ approval: { status: 200 }, outer: { status: 200 } });
  });

  test('time-travel, time-travel-async, time-travel-stream', async () => {
    const seen = await alike(async ({ api }, runId) => {
      await api.post(path('line', 'start-async', runId), ADA);
      const travel = (action: string, body: object) => api.post(path('line', action, runId), body);
      const waited = await travel('time-travel-async', { step: 'shout', inputData: { text: 'again' } });
      const started = await travel('time-travel', { step: 'shout', inputData: { text: 'once more' } });
      await until(async () => {
        const { body } = await api.get(`/workflows/line/runs/${runId}`);
        return String(JSON.stringify(body['result'])).includes('ONCE MORE');
      });
      const streamed = await api.stream(path('line', 'time-travel-stream', runId), {
        step: 'shout',
        inputData: { text: 'and again' },
      });
      return { waited, started, streamed };
    });
    expect(seen).toMatchObject({
      waited: { status: 200, body: { status: 'success', result: { text: 'AGAIN' } } },
      started: { status: 200, body: { message: 'Workflow run time travel started' } },
      streamed: { status: 200 },
    });
  });

  test('cancel: while it executes, while it is suspended, after it ended', async () => {
    const seen = await alike(async ({ api, gate }, runId) => {
      const [asleep, done] = [randomUUID(), randomUUID()];
      const executing = api.post(path('slow', 'start-async', runId), ADA);
      await until(() => gate.arrived.has(runId));
      const cancel = (workflow: string, id: string) => api.post(`/workflows/${workflow}/runs/${id}/cancel`);
      const canceled = await cancel('slow', runId);
      const { status } = (await executing).body as { status: string };
      await api.post(path('approval', 'start-async', asleep), ADA);
      await api.post(path('line', 'start-async', done), ADA);
      return {
        canceled,
        ended: status,
        asleep: await cancel('approval', asleep),
        done: await cancel('line', done),
        status: (await ending(api, 'approval', asleep)).status,
        unknown: await cancel('line', randomUUID()),
      };
    });
    expect(seen).toMatchObject({
      canceled: { status: 200, body: { message: 'Workflow run cancelled' } },
      ended: 'canceled',
      status: 'canceled',
      unknown: { status: 404 },
    });
  });

  test('a run that has ended stays as it is when it is cancelled', async () => {
    // Core's becomes `canceled` and keeps its result.
    const runId = randomUUID();
    await inngest.api.post(path('line', 'start-async', runId), ADA);
    await inngest.api.post(`/workflows/line/runs/${runId}/cancel`);
    expect(await ending(inngest.api, 'line', runId)).toMatchObject({ status: 'success' });
  });
});

describe('restarting', () => {
  test('restart-async and restart of a run that has ended, and of one that nobody knows', async () => {
    const seen = await alike(async ({ api }, runId) => {
      await api.post(path('line', 'start-async', runId), ADA);
      const unknown = [
        await api.post(path('line', 'restart', randomUUID())),
        await api.post(path('line', 'restart-async', randomUUID())),
      ];
      return { started: await api.post(path('line', 'restart', runId)), unknown };
    });
    expect(seen).toMatchObject({
      started: { status: 200, body: { message: 'Workflow run restarted' } },
      unknown: [{ status: 404 }, { status: 404 }],
    });
  });

  test('a run that Inngest executes is not restarted: 409', async () => {
    const { api, gate } = inngest;
    const runId = randomUUID();
    const executing = api.post(path('slow', 'start-async', runId), ADA);
    await until(() => gate.arrived.has(runId));
    const answer = await api.post(path('slow', 'restart-async', runId));
    expect(answer).toMatchObject({ status: 409 });
    expect(JSON.stringify(answer.body)).toMatch(/Inngest executes it/);
    const travel = await api.post(path('slow', 'time-travel-async', runId), { step: 'tell' });
    expect(travel).toMatchObject({ status: 409 });
    gate.letPass(runId);
    expect((await executing).body).toMatchObject({ status: 'success' });
  });

  test('restart-all-active-workflow-runs(-async) leaves the runs to Inngest', async () => {
    const seen = await alike(async ({ api }) => [
      await api.post('/workflows/line/restart-all-active-workflow-runs'),
      await api.post('/workflows/line/restart-all-active-workflow-runs-async'),
    ]);
    expect(seen).toMatchObject([{ status: 200 }, { status: 200 }]);
  });
});

describe('twice', () => {
  test('of two resumes of one suspension one wins, the other gets a conflict', async () => {
    const runId = randomUUID();
    await inngest.api.post(path('approval', 'start-async', runId), ADA);
    const resume = ({ api }: Pick<ServerRig, 'api'>) =>
      api.post(path('approval', 'resume-async', runId), { step: 'ask', resumeData: YES });
    const answers = await Promise.all([resume(inngest), resume({ api: inngest.other })]);
    expect(answers.map(({ status }) => status).toSorted((one, next) => one - next)).toEqual([200, 409]);
  });

  test('a run is started once', async () => {
    const runId = randomUUID();
    await inngest.api.post(path('line', 'start-async', runId), ADA);
    expect(await inngest.other.post(path('line', 'start-async', runId), ADA)).toMatchObject({ status: 409 });
  });
});

describe('what Mastra’s own workers call', () => {
  test('steps/execute, events', async () => {
    const seen = await alike(async ({ api }, runId) => {
      const step = {
        stepId: 'shout',
        executionPath: [1],
        stepResults: {},
        state: {},
        requestContext: {},
        input: { text: 'a' },
      };
      const created = await api.post(path('line', 'create-run', runId), {});
      const executed = await api.post(`/workflows/line/runs/${runId}/steps/execute`, step);
      const event = { id: '1', type: 'nothing', data: {}, runId, createdAt: 'never' };
      return { created, executed, event: (await api.post('/workflows/events', { event })).status };
    });
    expect(seen).toMatchObject({ created: { status: 200 } });
  });
});

test('what can’t be done is told by the status, where core’s is always 500', async () => {
  const { api } = inngest;
  const runId = randomUUID();
  await api.post(path('approval', 'start-async', runId), ADA);
  const resume = (body: object) => api.post(path('approval', 'resume-async', runId), body);
  expect(await resume({ step: 'tell', resumeData: YES })).toMatchObject({ status: 400 });
  expect(await resume({ resumeData: YES })).toMatchObject({ status: 200 });
  expect(await resume({ resumeData: YES })).toMatchObject({ status: 409 });
  const travel = await api.post(path('approval', 'time-travel-async', runId), { step: 'nowhere' });
  expect(travel).toMatchObject({ status: 400 });
});
