/** What a run costs: counted once, with the counting proxy between the server and the app. */
import { WireProxy } from '../../test/support/wire-proxy';
import { Child, reasonOf } from './child';
import { type Entrant, entrantName, isHandWritten, isMeasured } from './matrix';
import type { Scenario } from './scenarios';

/** Of one run, or of one batch of runs at once. */
export interface Counts {
  ops: number;
  /** HTTP requests from Inngest to the app. */
  requests: number;
  bytesToApp: number;
  bytesFromApp: number;
  publishes: number;
  /** Absent for a hand-written function, which stores nothing. */
  writes?: number;
  writtenBytes?: number;
}

export type Counted = Counts | { missing: string };

/** Counts every scenario for one entrant, by the scenario's id. */
export async function countAll(
  serverUrl: string,
  entrant: Entrant,
  scenarios: readonly Scenario[],
  onDone: (what: string) => void,
): Promise<Record<string, Counted>> {
  let appUrl = '';
  const proxy = new WireProxy(serverUrl, () => appUrl);
  await proxy.listen();
  const args = { ...entrant, serverUrl: proxy.url, publicUrl: proxy.url };
  const child = await Child.start(args, url => (appUrl = url));
  const counted: Record<string, Counted> = {};
  try {
    for (const scenario of scenarios.filter(one => isMeasured(entrant, one))) {
      counted[scenario.id] =
        child instanceof Child ? await count(proxy, child, scenario) : { missing: child.reason };
      onDone(`counting ${entrantName(entrant)}: ${scenario.title}`);
    }
  } finally {
    if (child instanceof Child) child.stop();
    await proxy.close();
  }
  return counted;
}

async function count(proxy: WireProxy, child: Child, scenario: Scenario): Promise<Counted> {
  proxy.reset();
  const answer = await child.ask({ type: 'run', scenario: scenario.id, counting: true });
  if (answer.type !== 'ran') return { missing: reasonOf(answer) };
  await proxy.quiet();
  const { writes } = answer;
  return {
    ops: proxy.counted().length,
    requests: proxy.executions.length,
    bytesToApp: proxy.bytesToApp,
    bytesFromApp: proxy.bytesFromApp,
    publishes: proxy.publishes,
    ...(!isHandWritten(child.entrant.contender) && { writes: writes.count, writtenBytes: writes.bytes }),
  };
}
