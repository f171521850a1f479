import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Kit } from '../differential/kit';
import { share } from '../support/share';
import { type Ended, type Engine, coreEngine, inngestEngine } from './engines';
import { type LibraryErrors, libraryErrors } from './library-errors';
import { PLACES, type Place, type Throw } from './places';
import { THROWN, TROUBLE, type Thrown } from './values';

const [op, ...others] = PLACES as [Place, ...Place[]];
let libraries: LibraryErrors = {};
const LIBRARIES = [
  ...['axios-away', 'axios-500', 'axios-post', 'fetch', 'undici', 'undici-request', 'pg', 'pg-database'],
  ...['aws', 'aws-500', 'zod', 'zod-3', 'ai-call', 'ai-retry', 'ai-object'],
];

function build(inngest: Parameters<Parameters<typeof coreEngine>[0]>[0], count: (name: string) => void) {
  const fail: Throw = (place, input) => {
    const name = (input as { value: string }).value;
    count(`${place}/${name}`);
    const known = THROWN.find(one => one.name === name);

    throw known ? known.make() : libraries[name]?.error;
  };
  return Object.fromEntries(
    PLACES.map(place => [place.name, place.build(new Kit(place.name, inngest), fail)]),
  );
}

const inputFor = (place: Place, value: string) => place.input?.(value) ?? { value };
/** As whoever reads the error as JSON gets it. */
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value ?? null)) as unknown;

function expectCalls(engine: Engine, place: Place, value: Thrown | undefined, name: string): void {
  const calls = engine.calls(`${place.name}/${name}`);
  if (place.calls === Infinity) expect(calls).toBeLessThan(5);
  else expect(calls).toBe(value?.final ? 1 : (place.calls ?? 1));
}

describe.each([true, false])(
  'what is thrown decides nothing but the result: checkpointing %s',
  checkpointing => {
    const mine = <T>(cases: readonly T[]) => share(cases, checkpointing ? 0 : 1, 2);
    let ours: Engine;
    let core: Engine;
    beforeAll(async () => {
      libraries = await libraryErrors();
      ours = await inngestEngine(build, checkpointing);
      core = await coreEngine(build);
    });
    afterAll(() => Promise.all([ours.stop(), core.stop()]));

    test.concurrent.each(mine(THROWN).map(one => [one.name, one] as const))(
      'I8: a step throws: %s',
      async (name, value) => {
        const ended = await ours.run(op.name, inputFor(op, name));
        expectCalls(ours, op, value, name);
        expect(ended.result?.status).toBe(value.status ?? 'failed');
        expect(ended.result?.steps.throws?.status).toBe('failed');
        if (value.status === 'tripwire') {
          expect(ended.result?.tripwire).toMatchObject({ reason: 'no' });
          return;
        }
        expect(ended.result?.error).toMatchObject(value.kept ?? {});
        const row = await ours.mastra.getWorkflowById(op.name as never).getWorkflowRunById(ended.runId);
        expect(row?.status).toBe('failed');
        if (!value.asCore) return;
        const expected = await core.run(op.name, inputFor(op, name));
        expect(withoutStack(asJson(ended.result?.error))).toEqual(
          withoutStack(asJson(expected.result?.error)),
        );
        expect(withoutStack(asJson(ended.result?.steps.throws?.error))).toEqual(
          withoutStack(asJson(expected.result?.steps.throws?.error)),
        );
      },
    );

    test.concurrent.each(mine(LIBRARIES))('I8: a step throws an error of a library: %s', async name => {
      const { error, kept } = libraries[name] as { error: Error & Record<string, unknown>; kept: string[] };
      const ended = await ours.run(op.name, inputFor(op, name));
      expectCalls(ours, op, undefined, name);
      expect(ended.result?.status).toBe('failed');
      const stored = ended.result?.steps.throws?.error as Record<string, unknown>;
      for (const field of kept) expect(asJson(stored[field])).toEqual(asJson(error[field]));
    });

    test.concurrent.each(mine(LIBRARIES))('I4: retries count for: %s', async name => {
      const retried = PLACES.find(place => place.name === 'retried-op') as Place;
      const ended = await ours.run(retried.name, inputFor(retried, name));
      expectCalls(ours, retried, undefined, name);
      expect(ended.result?.status).toBe('failed');
    });

    const both = others.flatMap(place => TROUBLE.map(value => [place.name, value, place] as const));
    test.concurrent.each(mine(both))('I8: %s throws: %s', async (_name, value, place) => {
      const thrown = THROWN.find(one => one.name === value);
      const ended = await ours.run(place.name, inputFor(place, value));
      expectCalls(ours, place, thrown, value);
      expectEnd(place, thrown, ended);
    });
  },
);

function expectEnd({ ends }: Place, value: Thrown | undefined, { result, rejected }: Ended): void {
  const { message } = (value?.kept ?? {}) as { message?: string };
  if (ends === 'rejects') {
    if (message) expect(rejected).toMatchObject({ message });
    else expect(rejected).toBeDefined();
    return;
  }
  expect(rejected).toBeUndefined();
  expect(result?.status).toBe(ends === 'goes on' ? 'success' : 'failed');
  if (!ends && message) expect(result?.error).toMatchObject({ message });
}

function withoutStack(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { stack: _stack, ...rest } = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, withoutStack(item)]));
}
