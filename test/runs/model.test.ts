/**
 * Random sequences of everything that can happen to a run, against a table of what may follow what, written down here once
 * more. `RUNS_SEED` chooses others (`random`: any; the seed is in the test's title), `RUNS_SEQUENCES` says how many sequences there are.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Snapshot } from '../../src/snapshot/snapshot';
import { type Ask, Model } from './support/model';

const { RUNS_SEED = '20261129' } = process.env;
const SEED = RUNS_SEED === 'random' ? Math.floor(Math.random() * 1_000_000) : Number(RUNS_SEED);
const SEQUENCES = Number(process.env.RUNS_SEQUENCES ?? 2_500);
/** When a claim counts as lost, in milliseconds. */
const PATIENCE = 5_000;

/** Within a leg. */
const NEXT: Record<string, string[]> = {
  pending: ['running', 'canceled', 'failed'],
  running: ['suspended', 'success', 'failed', 'canceled'],
  suspended: ['canceled'],
  success: [],
  failed: [],
  canceled: [],
};
/** Into the next leg. */
const CONTINUED: Record<string, string[]> = {
  resume: ['suspended'],
  'time-travel': ['pending', 'suspended', 'success', 'failed', 'canceled'],
  restart: ['running'],
};

const by = fc.nat({ max: 2 });
const which = fc.nat({ max: 7 });
const outcome = fc.constantFrom(
  'suspended' as const,
  'suspended' as const,
  'success' as const,
  'failed' as const,
);
const tick = fc.record({ do: fc.constant('tick' as const), which, outcome, crashes: fc.boolean() });
const depart = fc.record({ do: fc.constant('depart' as const), by });
const cancel = fc.record({ do: fc.constant('cancel' as const), isLost: fc.boolean() });
const end = fc.record({
  do: fc.constant('end' as const),
  which,
  how: fc.constantFrom('failed' as const, 'cancelled' as const),
});
/** Something happens between what another command reads and what it writes. */
const during = fc.record({
  do: fc.constant('during' as const),
  outer: fc.oneof(tick, depart, cancel, end),
  inner: fc.oneof(tick, cancel, end),
});
const ask = fc.record({
  do: fc.constant('ask' as const),
  by,
  what: fc.constantFrom<Ask>('start', 'resume', 'timeTravel', 'restart'),
});
const how = fc.constantFrom('sent' as const, 'sent' as const, 'failed' as const, 'crash' as const);
const command = fc.oneof(
  { weight: 4, arbitrary: ask },
  { weight: 4, arbitrary: depart },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), by, how }) },
  { weight: 8, arbitrary: tick },
  { weight: 1, arbitrary: cancel },
  { weight: 1, arbitrary: end },
  { weight: 4, arbitrary: during },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('redeliver' as const), which, afterADay: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('byHand' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('strand' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
/** A run that has started, comes to its last op, and suspends: most of what is interesting comes there and after. */
const BEGINNING: Command[] = [
  { do: 'ask', by: 0, what: 'start' },
  { do: 'depart', by: 0 },
  { do: 'deliver', by: 0, how: 'sent' },
  ...[1, 2, 3].map(() => ({ do: 'tick' as const, which: 0, outcome: 'suspended' as const, crashes: false })),
];

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterAll(() => {
  vi.useRealTimers();
});

/** Waits for something that itself waits. */
async function patiently<T>(promise: Promise<T>): Promise<T> {
  let over = false;
  void promise.finally(() => (over = true)).catch(() => {});
  for (let turn = 0; turn < 40 && !over; turn++) await Promise.resolve();
  while (!over) await vi.advanceTimersByTimeAsync(500);
  return promise;
}

type Single = Exclude<Command, { do: 'during' }>;

async function perform(model: Model, one: Single): Promise<string | undefined> {
  switch (one.do) {
    case 'ask':
      return patiently(model.ask(one.by, one.what));
    case 'depart':
      return model.depart(one.by);
    case 'deliver':
      await model.deliver(one.by, one.how);
      return undefined;
    case 'tick':
      await model.tick(one.which, one.outcome, one.crashes);
      return undefined;
    case 'cancel':
      await model.cancel(one.isLost);
      return undefined;
    case 'redeliver':
      model.redeliver(one.which, one.afterADay);
      return undefined;
    case 'byHand':
      model.sendByHand();
      return undefined;
    case 'end':
      await model.end(one.which, one.how);
      return undefined;
    case 'strand':
      model.strand(one.which);
      return undefined;
    case 'wait':
      await vi.advanceTimersByTimeAsync(PATIENCE + 1);
      return undefined;
  }
}

const legOf = (row: Snapshot) => row.inngest?.leg ?? 0;

/** What a caller must hear. Undefined: it may go on. */
function refusals(model: Model, what: Ask, row: Snapshot, now: number): (string | undefined)[] {
  const { status, inngest = {} } = row;
  const isClaimed = status === 'running' && inngest.claim !== undefined && inngest.owner === undefined;
  const isLost = isClaimed && now - (inngest.claim?.at ?? 0) > PATIENCE;
  if (what === 'start') return [status === 'pending' ? undefined : 'RUN_CONFLICT'];
  if (what === 'timeTravel') return [CONTINUED['time-travel']?.includes(status) ? undefined : 'RUN_ACTIVE'];
  if (what === 'restart') {
    if (status !== 'running') return ['RUN_NOT_ACTIVE'];
    const isLive = isClaimed ? !isLost : model.isLive(inngest.owner);
    return [isLive ? 'RUN_ACTIVE' : undefined];
  }
  if (CONTINUED.resume?.includes(status)) return [undefined];
  // A lost claim of something else leaves nothing to resume.
  if (isLost) return [undefined, 'STEP_NOT_SUSPENDED'];
  return [status === 'running' && inngest.claim ? 'RUN_CONFLICT' : 'RUN_NOT_SUSPENDED'];
}

/** What a command did to the row must be in the table. */
function check(before: Snapshot, after: Snapshot, one: Single, kind: string | undefined): void {
  const moved = `${before.status} (leg ${legOf(before)}) → ${after.status} (leg ${legOf(after)})`;
  if (legOf(after) === legOf(before)) {
    if (after.status !== before.status) expect(NEXT[before.status], moved).toContain(after.status);
    if (NEXT[before.status]?.length === 0) expect(after.result, moved).toEqual(before.result);
  } else if (legOf(after) > legOf(before)) {
    expect(after.status, moved).toBe('running');
    expect(legOf(after), moved).toBe(legOf(before) + 1);
    expect(CONTINUED[kind ?? 'none'], `${kind}: ${moved}`).toContain(before.status);
    expect(['depart', 'tick'], moved).toContain(one.do);
  } else {
    // A send that failed gives its claim back, which nothing has executed.
    expect(one, moved).toMatchObject({ do: 'deliver', how: 'failed' });
    expect(before, moved).toMatchObject({ status: 'running' });
    expect(before.inngest?.owner, moved).toBeUndefined();
  }
  if (after.status === 'success') expect(after.result, moved).toEqual({ owner: after.inngest?.owner });
}

async function play(commands: readonly Command[]): Promise<void> {
  const model = await Model.create();
  let last = (await model.row()) as Snapshot;
  const single = async (one: Single) => {
    const [before, now] = [last, Date.now()];
    const heard = await perform(model, one);
    model.meanwhile = undefined;
    const after = (await model.row()) as Snapshot;
    if (one.do === 'ask') {
      const expected = [now, Date.now()].flatMap(at => refusals(model, one.what, before, at));
      expect(expected, `${one.what} of a run that is ${before.status}`).toContain(heard);
    }
    // What happened meanwhile has been checked for itself.
    check(last, after, one, model.kindOf(after));
    last = after;
    executedOnce(model);
  };
  const done = async (one: Command) => {
    if (one.do !== 'during') return single(one);
    model.meanwhile = () => single(one.inner);
    return single(one.outer);
  };
  for (const one of commands) await done(one);
  await comesToRest(model, done);
}

function executedOnce(model: Model): void {
  const legs = new Map(model.bodies.map(({ leg, owner }) => [leg, owner]));
  for (const { leg, owner } of model.bodies) {
    expect(owner, `leg ${leg} was executed twice`).toBe(legs.get(leg));
  }
}

/** Whatever happened, the run is at rest once all is done, or somebody can bring it there. */
async function comesToRest(model: Model, done: (one: Command) => Promise<void>): Promise<void> {
  const drain = async () => {
    while (model.executions.some(one => one.hasNext && one.state === 'live')) {
      await done({ do: 'tick', which: 0, outcome: 'success', crashes: false });
    }
  };
  await drain();
  await done({ do: 'wait' });
  const { status } = (await model.row()) as Snapshot;
  if (status === 'running') {
    for (const one of [
      { do: 'ask', by: 9, what: 'restart' },
      { do: 'depart', by: 9 },
      { do: 'deliver', by: 9, how: 'sent' },
    ] as Command[]) {
      await done(one);
    }
    await drain();
  }
  expect(['pending', 'suspended', 'success', 'failed', 'canceled']).toContain(
    ((await model.row()) as Snapshot).status,
  );
}

test(`I5, I6: ${SEQUENCES} sequences keep to the table (RUNS_SEED=${SEED})`, async () => {
  const sequence = fc
    .tuple(
      fc.constantFrom(0, BEGINNING.length - 1, BEGINNING.length),
      fc.array(command, { maxLength: 30, size: 'max' }),
    )
    .map(([begun, commands]) => [...BEGINNING.slice(0, begun), ...commands]);
  await fc.assert(fc.asyncProperty(sequence, play), { numRuns: SEQUENCES, seed: SEED });
});
