import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chosen, golden } from '../coverage.js';
import { defineSteps } from '../functions/steps.js';
import { backoff } from '../scenarios.js';
import { apart, performApart } from './apart.js';
import { mask } from './mask.js';
import { startRig, type Rig } from './run.js';
import { onRealServer } from './server.js';
import { pause, quietMs, Session } from './session.js';
import { traceOf } from './trace.js';
import { modeTitle, type Mode } from './types.js';
import { verify } from './verify.js';

/** One test per recorded scenario of this mode. */
export function recordingsOf(mode: Mode): void {
  describe(`recorded scenarios, ${modeTitle[mode]}`, () => {
    const traces = golden(mode);
    const scenarios = chosen(mode);
    let rig: Rig;
    beforeAll(async () => {
      rig = await startRig(mode, scenarios, traces);
    });
    afterAll(() => rig?.stop());
    for (const scenario of scenarios) {
      test(`${scenario.name} sends what was recorded`, async () => {
        const recorded = traces[scenario.name];
        if (recorded) await verify(rig, scenario, recorded);
      });
    }

    test('registration is answered as recorded, and again as known', async () => {
      await rig.session.sync();
      const answers = rig.session.proxy.exchanges.filter(one => one.url.startsWith('/fn/register'));
      const plain = answers.map(one => [one.status, mask(one.res, () => '<id>')]);
      const answer = { ok: true, modified: true, sync_id: '<uuid>', app_id: '<uuid>' };
      expect(plain[0]).toEqual([200, answer]);
      expect(plain.at(-1)).toEqual([200, { ...answer, modified: false }]);
    });
  });
}

/** Retries by the default table: at least 15 s, at most 45 s. A real server would take that long. */
export function backoffOf(mode: Mode): void {
  if (onRealServer) return;
  test(`${backoff.name} sends what was recorded, after 15 to 45 s`, async () => {
    const session = await Session.start({ mode, retryDelayMs: 'default', define: defineSteps });
    const [id = ''] = await backoff.drive(session);
    await session.untilCall('fnerr', id, one => one.status === 500);
    await pause(quietMs);
    await session.server.advance?.('14s');
    await pause(quietMs);
    expect(session.runsOf(id).map(one => one.req.ctx.attempt)).toEqual([0, 0]);
    await session.server.advance?.('31s');
    await session.untilCall('fnerr', id, one => one.req.ctx.attempt === 1 && one.status > 0);
    const live = traceOf(session.runsOf(id), session.proxy.exchanges, session.namespace);
    expect(live).toEqual(golden(mode)[backoff.name]);
    await session.stop();
  });
}

/** Scenarios that need a server, or a time, of their own. A real server takes up to a minute for a due time. */
export function apartOf(mode: Mode): void {
  for (const one of apart.filter(({ modes }) => modes.includes(mode))) {
    test(`${one.scenario.name} sends what was recorded`, async () => {
      expect(await performApart(mode, one)).toEqual(golden(mode)[one.scenario.name]);
    });
  }
}
