import { pause, quietMs, type Session } from './lib/session.js';
import { parentOf } from './lib/trace.js';
import { opcodesOf, type EventBody, type Execution, type Json, type Mode } from './lib/types.js';

/**
 * How far the order of calls is fixed.
 * `exact`: one call after the other, everything is compared as recorded.
 * `coalesced`: planned steps run side by side, so their order among each other is free, and with it
 *   the stack's order and what each of them already sees; discoveries are still one by one.
 * `free`: besides, every completion is followed by a discovery of its own (request version 1), so that
 *   their number and what each sees depends on timing; compared are the targeted calls as a multiset, the
 *   steps the discoveries planned, the answers that ended the run, and each step's memo.
 * `partial`: the recording lacks the exchanges larger than 24 kB; those it has are compared.
 */
export type Order = 'exact' | 'coalesced' | 'free' | 'partial';

/** How to find the scenario's first runs in the recording. */
export interface Root {
  fn: string;
  event?: string;
  data?: Json;
}

export interface Scenario {
  name: string;
  roots: Root[];
  order: Record<Mode, Order>;
  /** A field of the events whose value depends on the order in which simultaneous events are taken up. */
  blur?: string;
  /** What the comparison can't see: how the executions lie in time. Returns the faults. */
  inTime?: (executions: Execution[]) => string[];
  /** Sends what starts the scenario and does what happens from outside; returns the ids of the starting events. */
  drive: (session: Session) => Promise<string[]>;
}

const exact: Record<Mode, Order> = { v3: 'exact', 'v4-off': 'exact', 'v4-on': 'exact' };
const parallel: Record<Mode, Order> = { v3: 'free', 'v4-off': 'coalesced', 'v4-on': 'coalesced' };

/** A scenario of one event: the event's name ends with the function's, except where told. */
function single(fn: string, event: Omit<EventBody, 'data'> & { data?: Json }, order = exact): Scenario {
  const body = { data: {}, ...event };
  return { name: fn, roots: [{ fn, data: body.data }], order, drive: session => session.send(body) };
}

const ofSteps: Scenario[] = [
  single('seq', { name: 't/seq', data: { a: 1 } }),
  single('par', { name: 't/par' }, parallel),
  single('steperr', { name: 't/steperr' }),
  single('stepfail', { name: 't/stepfail' }),
  single('nonretr', { name: 't/nonretr' }),
  single('retryafter', { name: 't/retryafter' }),
  single('fnerr', { name: 't/fnerr' }),
  single('fnnonretr', { name: 't/fnnonretr' }),
  single('inv', { name: 't/inv' }),
  single('invto', { name: 't/invto' }),
  single('send', { name: 't/send' }),
  single('input', { name: 't/input' }),
  single('fetchg', { name: 't/fetchg' }),
  single('nullret', { name: 't/nullret' }),
  single('race', { name: 't/race' }, parallel),
  single('parfail', { name: 't/parfail' }, parallel),
  single('sleepuntil', { name: 't/sleepuntil' }),
  single('pub', { name: 't/pub' }),
  single('big', { name: 't/big' }, { v3: 'partial', 'v4-off': 'partial', 'v4-on': 'partial' }),
  single('invnull', { name: 'x/invnull' }),
  single('inverrs', { name: 'x/inverrs' }),
  single('invthrow', { name: 'x/invthrow' }),
  single('parslow', { name: 'x/parslow' }, parallel),
  single('parretry', { name: 'x/parretry' }, parallel),
  single('seqpar', { name: 'x/seqpar' }, parallel),
  single('invpar', { name: 'x/invpar' }, parallel),
  single('sleepzero', { name: 'x/sleepzero' }),
  single('throwstr', { name: 'x/throwstr' }),
  single('manysteps', { name: 'x/many', data: { n: 20 } }, parallel),
  { ...single('manysteps', { name: 'x/many', data: { n: 1001 } }), name: 'manysteps (1001 steps)' },
  single('bigout', { name: 'x/bigout' }),
  single('grace', { name: 'x/grace' }, parallel),
];

/** Waits until the run has asked for this opcode, and a moment more for the server to take it in. */
async function asked(session: Session, fn: string, [id = '']: string[], op: string): Promise<string> {
  const call = await session.untilCall(fn, id, one => opcodesOf(one).some(code => code.op === op));
  await pause(quietMs / 2);
  return call.req.ctx.run_id;
}

const ofWaits: Scenario[] = [
  {
    name: 'wait',
    roots: [{ fn: 'wait' }],
    order: exact,
    async drive(session) {
      const ids = await session.send({ name: 't/wait', data: { k: 1 } });
      await asked(session, 'wait', ids, 'WaitForEvent');
      await session.send({ name: 't/go', data: { k: 2 } });
      await session.send({ name: 't/go', data: { k: 1, payload: 'yes' }, id: 'go-1', user: { a: 1 } });
      return ids;
    },
  },
  {
    name: 'sig',
    roots: [
      { fn: 'sig', data: { k: 1 } },
      { fn: 'sigsend', data: { k: 1 } },
    ],
    order: exact,
    async drive(session) {
      const ids = await session.send({ name: 't/sig', data: { k: 1 } });
      await asked(session, 'sig', ids, 'WaitForSignal');
      return [...ids, ...(await session.send({ name: 't/sigsend', data: { k: 1 } }))];
    },
  },
  {
    name: 'sig (timed out)',
    roots: [{ fn: 'sig', data: { k: 9 } }],
    order: exact,
    drive: session => session.send({ name: 't/sig', data: { k: 9 } }),
  },
  {
    name: 'sig (nobody waits)',
    roots: [{ fn: 'sigsend', data: { k: 77 } }],
    order: exact,
    drive: session => session.send({ name: 't/sigsend', data: { k: 77 } }),
  },
  {
    name: 'child (invoked from outside)',
    roots: [{ fn: 'child', event: 'inngest/function.invoked' }],
    order: exact,
    async drive(session) {
      const n = session.mode === 'v3' ? 5 : 7;
      await session.post(`/invoke/${session.app.kit.appId}-child`, { data: { n } });
      // The answer names the event by the server's own id, which the run doesn't show.
      const call = await session.until('the invoked run', () =>
        session.executions('child').find(one => parentOf(one) === '' && one.req.event.data['n'] === n),
      );
      return [call.req.event.id ?? ''];
    },
  },
];

/** The recordings don't say how each run was cancelled; every way that the server knows is taken once. */
function cancelled(
  name: string,
  k: Json,
  cancel: (session: Session, runId: string) => Promise<unknown>,
): Scenario {
  return {
    name,
    roots: [{ fn: 'canc', data: k }],
    order: exact,
    async drive(session) {
      const ids = await session.send({ name: 't/canc', data: k });
      await cancel(session, await asked(session, 'canc', ids, 'Sleep'));
      return ids;
    },
  };
}

const cancelRun = 'mutation($id:ULID!){cancelRun(runID:$id){id}}';

const ofCancels: Scenario[] = [
  cancelled('canc (event, match)', { k: 'a' }, async session => {
    await session.send({ name: 't/cancel', data: { k: 'b' } });
    await session.send({ name: 't/cancel', data: { k: 'a' } });
  }),
  cancelled('canc (event, if)', { k: 'c' }, session => session.send({ name: 't/cancel2', data: { k: 'c' } })),
  cancelled('canc (second event, match)', { k: 'z' }, session =>
    session.send({ name: 't/cancel', data: { k: 'z' } }),
  ),
  cancelled('canc (DELETE)', { k: 'q1' }, (session, runId) => session.cancelRun(runId)),
  cancelled('canc (event, key missing on both sides)', {}, session =>
    session.send({ name: 't/cancel', data: {} }),
  ),
  cancelled('canc (GraphQL)', { k: 1 }, (session, id) =>
    session.post('/v0/gql', { query: cancelRun, variables: { id } }),
  ),
  {
    name: 'invcancel',
    roots: [{ fn: 'invcancel' }],
    order: exact,
    async drive(session) {
      const ids = await session.send({ name: 'x/invcancel', data: {} });
      const parent = await asked(session, 'invcancel', ids, 'InvokeFunction');
      const child = await session.until('the child', () =>
        session.executions('tocancel').find(one => JSON.stringify(one.req.event.data).includes(parent)),
      );
      await pause(quietMs / 2);
      await session.cancelRun(child.req.ctx.run_id);
      return ids;
    },
  },
  {
    name: 'slowstep',
    roots: [{ fn: 'slowstep' }],
    order: exact,
    async drive(session) {
      const ids = await session.send({ name: 'x/slowstep', data: {} });
      // The step takes 2.5 s: it is still running when the cancelling event comes.
      await session.untilCall('slowstep', ids[0] ?? '', () => true);
      await pause(800);
      await session.send({ name: 'x/cancelslow', data: {} });
      return ids;
    },
  },
];

const deep = { deep: { a: { b: true } }, missing: 'z', n: 9, name: 'abc', tags: ['x'] };

const ofTriggers: Scenario[] = [
  {
    name: 'multi',
    roots: [
      { fn: 'multi', event: 't/m1' },
      { fn: 'multi', event: 't/m2' },
    ],
    order: exact,
    drive: session =>
      session.send(
        { name: 't/m1', data: {} },
        { name: 't/m2', data: { n: 9 } },
        { name: 't/m2', data: { n: 3 } },
      ),
  },
  {
    name: 'multi (same id twice)',
    roots: [{ fn: 'multi', event: 't/m1 dup1' }],
    order: exact,
    async drive(session) {
      const ids = await session.send({ name: 't/m1', data: {}, id: 'dup1' });
      await pause(quietMs);
      await session.send({ name: 't/m1', data: {}, id: 'dup1' });
      return ids;
    },
  },
  {
    name: 'future',
    roots: [{ fn: 'future' }],
    order: exact,
    drive: session => session.send({ name: 'x/future', data: {}, ts: Date.now() + 3000 }),
  },
  {
    name: 'wild',
    roots: ['wild/a', 'wild/a/b', 'wild/a.b'].map(event => ({ fn: 'wild', event })),
    order: exact,
    drive: session =>
      session.send(...['wild/a', 'wild/a/b', 'wild/a.b', 'wilder/a'].map(name => ({ name, data: {} }))),
  },
  {
    name: 'celtest 1 to 5',
    roots: [
      { fn: 'celtest', data: { n: 9, name: 'abc' } },
      { fn: 'celtest4', data: { n: 9, name: 'abc' } },
      { fn: 'celtest5', data: { n: 9, name: 'abc' } },
      ...['celtest', 'celtest2', 'celtest3', 'celtest5'].map(fn => ({ fn, data: deep })),
      { fn: 'celtest4', data: { missing: null, n: 9 } },
      { fn: 'celtest5', data: { missing: null, n: 9 } },
    ],
    order: exact,
    drive: session =>
      session.send(
        ...[{ n: 9, name: 'abc' }, deep, { missing: null, n: 9 }].map(data => ({
          name: 'x/cel',
          data,
          user: { id: 'u' },
        })),
      ),
  },
];

/** Sends several events of one name; at once, or one after the other where their order matters. */
function several(
  fn: string,
  roots: Json[],
  sent: Json[],
  { apart, ...rest }: { apart?: number } & Pick<Scenario, 'blur' | 'inTime'> = {},
): Scenario {
  const name = `${fn === 'conc' ? 'x' : 't'}/${fn}`;
  return {
    name: fn,
    roots: roots.map(data => ({ fn, data })),
    order: exact,
    ...rest,
    async drive(session) {
      if (!apart) return session.send(...sent.map(data => ({ name, data })));
      const ids: string[] = [];
      for (const data of sent) {
        ids.push(...(await session.send({ name, data })));
        await pause(apart);
      }
      return ids;
    },
  };
}

/** Consecutive calls with less time between them than this: from the end of one, or from its start. */
function tooClose(executions: Execution[], ms: number, from: 'start' | 'end'): string[] {
  const sorted = [...executions].sort((a, b) => a.t - b.t);
  const gaps = sorted.slice(1).map((one, i) => {
    const before = sorted[i];
    return before ? one.t - before.t - (from === 'end' ? before.ms : 0) : ms;
  });
  return gaps.filter(gap => gap < ms).map(gap => `${gap} ms between two calls`);
}

const each = (...numbers: number[]) => numbers.map(i => ({ i, k: 1 }));

const ofFlow: Scenario[] = [
  single('allopts', { name: 't/allopts', data: { id: 'x', u: 1 } }),
  single('timeoutfn', { name: 't/timeoutfn' }),
  several('batch', [{ i: 1 }, { i: 3 }], [{ i: 1 }, { i: 2 }, { i: 3 }, { i: 4 }], { blur: 'i' }),
  several('deb', each(2), each(0, 1, 2), { apart: 150 }),
  several('thr', each(1, 2), each(1, 2), { inTime: calls => tooClose(calls, 1500, 'start') }),
  several('sing', each(1), each(1, 2), { apart: 700 }),
  several('conc', [{ i: 1 }, { i: 2 }], [{ i: 1 }, { i: 2 }], { inTime: calls => tooClose(calls, 0, 'end') }),
];

/** A due time: the local server's clock goes there at once. */
export const ofCrons: Scenario = {
  name: 'cron1',
  roots: [{ fn: 'cron1' }],
  order: exact,
  async drive(session) {
    await session.server.advance?.('1m');
    const call = await session.until('a due time', () => session.executions('cron1').at(0), 75_000);
    return [call.req.event.id ?? ''];
  },
};

/** The deferred functions start once the run is over. */
export const ofDefers: Scenario = {
  name: 'usedefer',
  roots: [{ fn: 'usedefer' }, { fn: 'deferred' }],
  order: exact,
  drive: session =>
    session.send({ name: 't/usedefer', data: { fail: false } }, { name: 't/usedefer', data: { fail: true } }),
};

/** Of the steps, the one whose calls depend on the keys of server and app. */
export const ofEvents: Scenario = single('send', { name: 't/send' });

/** The default back-off takes 15 to 45 s, so this one has a server and a test file of its own. */
export const backoff: Scenario = {
  name: 'fnerr (default back-off)',
  roots: [{ fn: 'fnerr', data: { i: 0 } }],
  order: exact,
  drive: session => session.send({ name: 't/fnerr', data: { i: 0 } }),
};

export const scenarios: readonly Scenario[] = [
  ...ofSteps,
  ...ofWaits,
  ...ofCancels,
  ...ofTriggers,
  ...ofFlow,
];
