/** A run that nobody waits for and that Inngest calls the app for in vain, as whoever reads it often is warned. */
import { expect, test } from 'vitest';
import { type Lookup, settleUnanswered } from '../../src/run/lost-run';

function lookup(workflowId: string, warnings: string[]): Lookup {
  const port = {
    findEvent: async () => ({ eventId: 'event', receivedAt: Date.now() - 60_000 }),
    eventRuns: async () => ({ runs: [{ id: 'one', state: 'live' }] }),
    failedCalls: async () => 2,
  };
  return {
    port: port as never,
    record: { identity: { workflowId, runId: 'run' } } as never,
    log: { warn: text => void warnings.push(text) },
    destination: { app: 'app', functionOptions: {} },
  };
}

test('there is one warning of a workflow, however often its runs are read', async () => {
  const warnings: string[] = [];
  const snapshot = { status: 'pending', timestamp: Date.now() - 60_000 } as never;
  for (const workflow of ['one', 'one', 'another', 'one'])
    await settleUnanswered(lookup(workflow, warnings), snapshot);
  const warning: unknown = expect.stringContaining('its calls of the app "app" fail (2 so far)');
  expect(warnings).toEqual([warning, warning]);
});
