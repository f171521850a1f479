import { createServer, type Server } from 'node:http';
import { expect } from 'vitest';
import { defineExtra } from '../functions/extra.js';
import { defineFlow } from '../functions/flow.js';
import { defineSteps } from '../functions/steps.js';
import { defineWaits } from '../functions/waits.js';
import type { Order, Scenario } from '../scenarios.js';
import { blurred, commonMemos, comparable, headerFaults, recordedPart, violations } from './compare.js';
import { close, listen } from './proxy.js';
import { onRealServer } from './server.js';
import { pause, Session } from './session.js';
import { family, parentOf, traceOf, type Trace } from './trace.js';
import { isTerminal, type Execution, type Mode } from './types.js';

export interface Rig {
  session: Session;
  /** What happened in each scenario; they ran side by side. */
  results: Map<string, Promise<Execution[]>>;
  stop: () => Promise<void>;
}

/** What happens in these depends on times of a second or two, so nothing else is going on while they run. */
const delicate = new Set(['timeoutfn']);

/** These load the machine, so they wait until the others are over. */
const heavy = new Set(['big', 'manysteps']);

/** A little apart, so that they don't all queue for two cores at once. */
const staggerMs = onRealServer ? 80 : 20;

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
  for (const scenario of chosen.filter(one => delicate.has(one.name)))
    await begin(scenario).catch(() => undefined);
  for (const scenario of chosen.filter(one => !delicate.has(one.name) && !heavy.has(one.name))) {
    begin(scenario);
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
  await session.until(scenario.name, done, 14_000).catch(() => undefined);
  await session.untilQuiet(members);
  return members();
}

function enough(executions: Execution[], recorded: Trace | undefined, order: Order): boolean {
  const runs = recorded?.runs ?? [];
  if (order === 'exact' || order === 'coalesced') {
    return executions.length >= runs.reduce((sum, run) => sum + run.calls.length, 0);
  }
  const ended = new Set(executions.filter(isTerminal).map(one => one.req.ctx.run_id));
  return ended.size >= runs.length;
}

/** The test of one scenario. */
export async function verify(rig: Rig, scenario: Scenario, recorded: Trace): Promise<void> {
  const executions = await rig.results.get(scenario.name);
  if (!executions) throw new Error(`${scenario.name} was not started`);
  for (const one of executions) {
    expect(headerFaults(one)).toEqual([]);
  }
  const { exchanges } = rig.session.proxy;
  const live = traceOf(executions, exchanges, rig.session.namespace);
  const order = scenario.order[rig.session.mode];
  const seen = order === 'partial' ? recordedPart(live, recorded) : live;
  const [mine, theirs] = [seen, recorded].map(trace => blurred(comparable(trace, order), scenario.blur));
  expect(mine).toEqual(theirs);
  expect(scenario.inTime?.(executions) ?? []).toEqual([]);
  const both = commonMemos(live, recorded);
  expect(both.live).toEqual(both.recorded);
  for (const run of live.runs) expect(violations(run)).toEqual([]);
}
