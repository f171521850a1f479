/** The last event of a run that Inngest alone has ended is kept where the events before it are. */
import { InMemoryServerCache } from '@mastra/core/cache';
import { InMemoryStore } from '@mastra/core/storage';
import { expect, test } from 'vitest';
import type { RunnableWorkflow } from '../../src/function/definition';
import { runEndedDefinition } from '../../src/function/run-ended';
import { NO_TRIGGERS } from '../../src/function/triggers';
import { type EventSource, logOf } from '../../src/realtime/wire';
import type { InngestPort } from '../../src/sdk/port';
import { runChannel } from '../../src/realtime/channel';
import { emptySnapshot } from '../../src/snapshot/snapshot';

const event = { name: 'workflow.report', data: { inputData: {}, runId: 'run' } };

/** Ends a run of a workflow, and answers the types of the events that the logs have of it. */
async function endsIn(eventCache: EventSource['eventCache']) {
  const ofMastra = new InMemoryServerCache();
  const store = await new InMemoryStore().getStore('workflows');
  const snapshot = emptySnapshot('run', 'running', { inngest: { owner: 'inngest-run' } });
  await store?.persistWorkflowSnapshot({ workflowName: 'report', runId: 'run', snapshot: snapshot as never });
  const mastra = {
    getLogger: () => undefined,
    getServerCache: () => ofMastra,
    getStorage: () => ({ getStore: async () => store }),
  };
  const workflow = { id: 'report', mastra, eventCache, stepGraph: [], options: {}, triggers: NO_TRIGGERS };
  const port = { appId: 'app', publish: async () => {} } as unknown as InngestPort;
  await runEndedDefinition(port, [workflow as unknown as RunnableWorkflow]).handler({
    event: {
      name: 'inngest/function.cancelled',
      data: { function_id: 'app-workflow.report', run_id: 'inngest-run', event },
    },
    step: { run: async (_id: string, body: () => Promise<unknown>) => body() },
  } as never);
  const typesIn = async (source: EventSource) => {
    const { entries = [] } = (await logOf(source, runChannel('report', 'run'))?.read(0)) ?? {};
    return entries.map(entry => entry.event.type);
  };
  return { ofMastra: await typesIn({ mastra }), own: await typesIn({ mastra, eventCache }) };
}

test('in Mastra’s cache, where the workflow has none of its own', async () => {
  expect(await endsIn(undefined)).toEqual({ ofMastra: ['workflow-finish'], own: ['workflow-finish'] });
});

test('in the workflow’s own cache, and not in Mastra’s', async () => {
  expect(await endsIn(new InMemoryServerCache())).toEqual({ ofMastra: [], own: ['workflow-finish'] });
});

test('nowhere, where the workflow wants none', async () => {
  expect(await endsIn(false)).toEqual({ ofMastra: [], own: [] });
});
