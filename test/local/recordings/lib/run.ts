import { createServer, type Server } from 'node:http';
import { defineExtra } from '../functions/extra.js';
import { defineFlow } from '../functions/flow.js';
import { defineSteps } from '../functions/steps.js';
import { defineWaits } from '../functions/waits.js';
import type { Order, Scenario } from '../scenarios.js';
import { close, listen } from './proxy.js';
import { onRealServer } from './server.js';
import { pause, quietMs, Session } from './session.js';
import { family, parentOf, type Trace } from './trace.js';
import { isTerminal, type Execution, type Mode } from './types.js';

export interface Rig {
  session: Session;
  /** What happened in each scenario; they ran side by side. */
  results: Map<string, Promise<Execution[]>>;
  stop: () => Promise<void>;
}

/** What happens in these depends on times of a second or two, so they run first, while nothing else is going on. */
const delicate = new Set(['timeoutfn', 'grace', 'par', 'parslow', 'race']);

/** These load the machine, so they wait until the others are over. */
const heavy = new Set(['big', 'bigout', 'manysteps', 'manysteps (1001 steps)']);

/** A little apart, so that they don't all queue for two cores at once. */
const staggerMs = onRealServer ? 80 : 20;

/** Starts server, proxy and app, and performs the scenarios; those without a trace are being recorded. */
export async function startRig(mode: Mode, chosen: Scenario[], traces: Record<string, Trace>): Promise<Rig> {
  const hello = createServer((_, answer) => {
    answer.setHeader('x-foo', '1');
    answer.end('hello');
  });
  const helloUrl = await listen(hello);
  const session = await Session.start({
    mode,
    define(kit) {
      defineSteps(kit);
      defineWaits(kit, helloUrl);
      defineFlow(kit);
      defineExtra(kit);
    },
  });
  const results = new Map<string, Promise<Execution[]>>();
  const begin = (scenario: Scenario) => {
    const result = perform(session, scenario, traces[scenario.name]);
    result.catch(() => undefined);
    results.set(scenario.name, result);
    return result;
  };
  await Promise.allSettled(chosen.filter(one => delicate.has(one.name)).map(begin));
  for (const scenario of chosen.filter(one => !delicate.has(one.name) && !heavy.has(one.name))) {
    void begin(scenario);
    await pause(staggerMs);
  }
  await Promise.allSettled(results.values());
  await Promise.allSettled(chosen.filter(one => heavy.has(one.name)).map(begin));
  return { session, results, stop: () => stop(session, hello) };
}

async function stop(session: Session, hello: Server): Promise<void> {
  await session.stop();
  await close(hello);
}

/** Drives the scenario and waits until as much happened as was recorded, and then nothing more for a while. */
async function perform(
  session: Session,
  scenario: Scenario,
  recorded: Trace | undefined,
): Promise<Execution[]> {
  const ids = new Set(await scenario.drive(session));
  const isRoot = (one: Execution) =>
    parentOf(one) === '' && one.req.events.some(event => ids.has(event.id ?? ''));
  const members = () => family(session.proxy.exchanges, isRoot);
  const done = () => (enough(members(), recorded, scenario.order[session.mode]) ? true : undefined);
  // What didn't come is told by the comparison, which says more than a time-out.
  if (recorded) await session.until(scenario.name, done, 14_000).catch(() => undefined);
  await session.untilQuiet(members, recorded ? quietMs : recordingQuietMs);
  return members();
}

/** While recording there is nothing to go by but time: longer than any sleep or wait of a scenario. */
const recordingQuietMs = 9_500;

function enough(executions: Execution[], recorded: Trace | undefined, order: Order): boolean {
  const runs = recorded?.runs ?? [];
  if (order === 'exact' || order === 'coalesced') {
    return executions.length >= runs.reduce((sum, run) => sum + run.calls.length, 0);
  }
  const ended = new Set(executions.filter(isTerminal).map(one => one.req.ctx.run_id));
  return ended.size >= runs.length;
}
