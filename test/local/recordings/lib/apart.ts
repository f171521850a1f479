import { defineDefers } from '../functions/defers.js';
import { defineFlow } from '../functions/flow.js';
import { defineWaits } from '../functions/waits.js';
import { ofCrons, ofDefers, ofEvents } from '../scenarios.js';
import { keys } from './server.js';
import { pause, quietMs, Session } from './session.js';
import { traceOf, type Trace } from './trace.js';
import { isTerminal, modes, type Mode } from './types.js';
import type { Scenario } from '../scenarios.js';

/** A scenario that needs a time, or a server with keys, of its own. */
export interface Apart {
  signed: boolean;
  modes: readonly Mode[];
  scenario: Scenario;
}

/** Under its own name the scenario is also run with keys: requests are signed, and calls show the key. */
const withKeys = (scenario: Scenario): Apart => ({
  signed: true,
  modes,
  scenario: { ...scenario, name: `${scenario.name} (signed)` },
});

export const apart: readonly Apart[] = [
  { signed: false, modes, scenario: ofCrons },
  { signed: false, modes: ['v4-off', 'v4-on'], scenario: ofDefers },
  withKeys(ofCrons),
  withKeys(ofEvents),
];

/** Performs it on a server and with an app of its own. */
export async function performApart(mode: Mode, { signed, scenario }: Apart): Promise<Trace> {
  const session = await Session.start({
    mode,
    define(kit) {
      defineWaits(kit, '');
      defineFlow(kit);
      defineDefers(kit);
    },
    ...(signed ? { keys } : {}),
  });
  try {
    const ids = await scenario.drive(session);
    const [first, ...later] = scenario.roots.map(({ fn }) => fn);
    const calls = () => [
      ...ids.flatMap(id => session.runsOf(id, first)),
      ...later.flatMap(fn => session.executions(fn)),
    ];
    const ended = () =>
      new Set(
        calls()
          .filter(isTerminal)
          .map(one => one.req.ctx.run_id),
      ).size;
    // Each of the later ones comes of one of the first.
    const count = ids.length * (1 + later.length);
    await session.until(scenario.name, () => (ended() >= count ? true : undefined));
    await session.untilQuiet(calls);
    await pause(quietMs);
    const unsigned = calls().filter(one => signed !== 'x-inngest-signature' in one.reqHeaders);
    if (unsigned.length > 0) throw new Error(`${unsigned.length} requests are not signed as they should be`);
    return traceOf(calls(), session.proxy.exchanges, session.namespace);
  } finally {
    await session.stop();
  }
}
