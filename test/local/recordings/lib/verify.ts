import { expect } from 'vitest';
import type { Scenario } from '../scenarios.js';
import { blurred, commonMemos, comparable, headerFaults, recordedPart, violations } from './compare.js';
import type { Rig } from './run.js';
import { traceOf, type Trace } from './trace.js';

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
