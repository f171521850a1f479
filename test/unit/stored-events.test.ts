import { expect, test } from 'vitest';
import { eventsOfStep } from '../../src/realtime/events';
import { streamImage } from '../../src/realtime/image';
import {
  EarlierOps,
  OpRecorder,
  type StoredOp,
  compareAt,
  eventsIn,
  pack,
  packedStory,
  riderOf,
  stepCallId,
  storedStory,
  visibleResults,
  withRider,
} from '../../src/realtime/stored-events';
import { emptySnapshot } from '../../src/snapshot/snapshot';

const RUN = 'run-1';
const own = [{ channel: 'own', prefix: '' }];
const result = { status: 'success', payload: 1, output: 2, startedAt: 10, endedAt: 12 };
const call = { id: 'fetch', stepCallId: stepCallId(RUN, 'fetch') };
const events = eventsOfStep(call, result);

function recorded(): OpRecorder {
  const recorder = new OpRecorder({ op: 'fetch', leg: RUN, at: [0, 3], shown: 1 }, ['own']);
  for (const event of events) recorder.add(streamImage(event), own);
  return recorder;
}

test('an ordinary step’s events take no more than its place, and are told from its result', () => {
  const packed = pack(recorded().entry('fetch', result), RUN, 'fetch');
  expect(packed).toEqual({ at: [0, 3] });
  const snapshot = emptySnapshot(RUN, 'running', {
    context: { input: 1, fetch: withRider(result, { told: [packed] }) },
  });
  const [op] = storedStory(snapshot).ops.values();
  expect(eventsIn(op as StoredOp).map(one => 'event' in one && one.event)).toEqual(events);
});

test('what the result does not say is kept as it was told', () => {
  const recorder = recorded();
  const written = { type: 'data-note', data: { n: 1 } };
  recorder.add(written, own);
  expect(recorder.entry('fetch', result).events).toEqual([0, 1, 2, { event: written }]);
  expect(recorder.entry('fetch', { ...result, output: 3 }).events).not.toContain(1);
});

test('of what a step writes 256 KiB are kept, and the rest is counted', () => {
  const recorder = new OpRecorder({ op: 'fetch', leg: RUN, at: [0], shown: 1 }, ['own']);
  for (let n = 0; n < 10; n++) recorder.add({ type: 'data-note', data: 'x'.repeat(50_000) }, own);
  expect(recorder.count).toBe(10);
  expect(recorder.entry().events.at(-1)).toEqual({ omitted: 5 });
});

test('of a step’s earlier ops 32 KiB are kept, and the rest is one mark', () => {
  const earlier = new EarlierOps();
  const op = (n: number): StoredOp => ({
    op: `fetch (${n})`,
    leg: RUN,
    at: [0, n],
    shown: 1,
    step: 'fetch',
    events: [{ event: { type: 'data-note', data: 'x'.repeat(1000) } }],
  });
  for (let n = 1; n <= 100; n++) earlier.add(op(n));
  const kept = earlier.but(op(100));
  expect(JSON.stringify(kept).length).toBeLessThan(34_000);
  const omitted = kept.at(-1)?.events[0];
  expect(omitted).toEqual({ omitted: 100 - (kept.length - 1) });
});

test('a story at rest stands beside clean results, and survives that they are replaced', () => {
  const running = emptySnapshot(RUN, 'running', {
    context: { fetch: withRider(result, { told: [pack(recorded().entry('fetch', result), RUN, 'fetch')] }) },
  });
  const context = visibleResults(running.context);
  const rested = emptySnapshot(RUN, 'suspended', {
    context,
    inngest: { events: packedStory(storedStory(running), RUN, context) },
  });
  expect(rested.inngest?.events).toEqual([{ at: [0, 3], step: 'fetch' }]);
  const replaced = emptySnapshot(RUN, 'running', {
    context: { fetch: { ...result, output: 'another' } },
    inngest: { events: packedStory(storedStory(rested), RUN) },
  });
  const [op] = storedStory(replaced).ops.values();
  expect(eventsIn(op as StoredOp).map(one => 'event' in one && one.event)).toEqual(events);
});

test('a step that still executes is no result, and its state is not lost', () => {
  const partial = withRider({ status: 'running', payload: 1 }, { partial: true, state: { n: 1 } });
  expect(visibleResults({ fetch: partial })).toEqual({});
  expect(visibleResults({ fetch: partial }, true)).toEqual({ fetch: { status: 'running', payload: 1 } });
  expect(riderOf(partial).state).toEqual({ n: 1 });
});

test('the order of causes compares place by place, an outer one before what is nested in it', () => {
  const places = [
    [0, 2],
    [0, 10],
    [0, 1, 0, 5],
    [0, 1],
    [1, 0],
  ];
  expect(places.toSorted(compareAt)).toEqual([
    [0, 1],
    [0, 1, 0, 5],
    [0, 2],
    [0, 10],
    [1, 0],
  ]);
});
