import { serve } from 'inngest/edge';
import { GO_ON, rawEvent, rawFunctionsOf } from '../graphs/raw';
import type { HandWritten, Mode } from '../matrix';
import type { Probe } from '../probe';
import { type Scenario, inputOf } from '../scenarios';
import { type Client, rawSdk } from './client';
import type { RunTimes, Runner } from './runner';

export type Handler = (request: Request) => Promise<Response>;

/** The hand-written functions: their handler, and how they are started. */
export function rawApp(
  contender: HandWritten,
  client: Client,
  mode: Mode,
  { probe, scenarios }: { probe: Probe; scenarios: readonly Scenario[] },
): { handler: Handler; runner: Runner } {
  const sdk = { ...rawSdk(client, mode), publishesSteps: contender === 'publishing' };
  const functions = scenarios.flatMap(scenario => rawFunctionsOf(scenario, sdk, probe));
  const handler = serve({ client, functions } as never);
  return { handler, runner: { run: (scenario, run) => runRaw(client, probe, scenario, run) } };
}

async function runRaw(client: Client, probe: Probe, scenario: Scenario, run: string): Promise<RunTimes> {
  const input = inputOf(scenario);
  let sent = performance.now();
  await client.send({ name: rawEvent(scenario.id), data: { run, input } });
  if (scenario.kind === 'suspend') {
    await probe.bodies(run, 1);
    // The server has to know of the wait before the event comes.
    await new Promise(resolve => setTimeout(resolve, 400));
    sent = performance.now();
    await client.send({ name: GO_ON, data: { run } });
  }
  await probe.ended(run);
  return { called: sent, sent };
}
