import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/realtime/channel';
import { RunView } from '../../src/run/run-view';
import { emptySnapshot } from '../../src/snapshot/identity';
import type { RunRecord } from '../../src/snapshot/run-record';
import type { Snapshot } from '../../src/snapshot/store';

const silent = { warn() {} };
const one = { status: 'success', startedAt: 1, endedAt: 2, output: 1, payload: 0 };
const snapshot = (status: Snapshot['status'], context: object) =>
  emptySnapshot('run', status, { context: { input: 0, ...context } });
const recordOf = (stored: Snapshot) => ({ load: async () => stored }) as unknown as RunRecord;

function view() {
  const seen: RunEvent[] = [];
  const words = () => seen.map(({ type, payload }) => [type.replace('workflow-', ''), payload?.id].join(' '));
  return { view: new RunView(event => seen.push(event), silent), words, seen };
}

const start = (id: string, startedAt: number): RunEvent => ({
  type: 'workflow-step-start',
  payload: { id, startedAt, status: 'running' },
});
const result = (id: string, startedAt: number, endedAt: number): RunEvent => ({
  type: 'workflow-step-result',
  payload: { id, startedAt, endedAt, status: 'success' },
});
const finish = (id: string): RunEvent => ({ type: 'workflow-step-finish', payload: { id, metadata: {} } });
const end: RunEvent = { type: 'workflow-finish', payload: { workflowStatus: 'success' } };

test('what is both past and live comes once, the past first', async () => {
  const late = view();
  late.view.hold();
  for (const event of [result('one', 1, 2), finish('one'), start('two', 3)]) late.view.live(event);
  await late.view.open(recordOf(snapshot('running', { one })));
  late.view.live(result('two', 3, 4));
  late.view.live(finish('two'));
  expect(late.words()).toEqual([
    'step-start one',
    'step-result one',
    'step-finish one',
    'step-start two',
    'step-result two',
    'step-finish two',
  ]);
});

test('a loop’s next turn is no double of the one before', async () => {
  const late = view();
  late.view.hold();
  await late.view.open(recordOf(snapshot('running', { one })));
  for (const event of [start('one', 3), result('one', 3, 4), finish('one')]) late.view.live(event);
  expect(late.words().filter(word => word === 'step-finish one')).toHaveLength(2);
  expect(late.words().filter(word => word === 'step-result one')).toHaveLength(2);
});

test('the start of a step that was executing is told with its end, and only to who came late', async () => {
  const late = view();
  late.view.hold();
  await late.view.open(recordOf(snapshot('running', {})));
  late.view.live(result('two', 3, 4));
  expect(late.words()).toEqual(['step-start two', 'step-result two']);
  expect(late.seen[0]?.payload).toMatchObject({ status: 'running', startedAt: 3 });
  const own = view();
  own.view.live(result('two', 3, 4));
  expect(own.words()).toEqual(['step-result two']);
});

test('what the channel lost is told at the rest, and nothing of the legs before', async () => {
  const two = { ...one, startedAt: 3, endedAt: 4 };
  const lossy = view();
  lossy.view.skip(snapshot('suspended', { one }));
  lossy.view.live(start('two', 3));
  await lossy.view.complete(snapshot('success', { one, two }));
  expect(lossy.words()).toEqual(['step-start two', 'step-result two', 'step-finish two']);
});

test('a whole channel is believed: nothing is added', async () => {
  const whole = view();
  whole.view.live(end);
  await whole.view.complete(snapshot('success', { one }));
  expect(whole.seen).toEqual([end]);
});

test('a status that no step says is said once', async () => {
  const silentEnd = view();
  silentEnd.view.live(end);
  await silentEnd.view.complete(snapshot('canceled', {}));
  expect(silentEnd.words()).toEqual(['finish ', 'canceled ']);
  const said = view();
  for (const event of [{ type: 'workflow-paused', payload: {} }, end]) said.view.live(event);
  await said.view.complete(snapshot('paused', {}));
  expect(said.words()).toEqual(['paused ', 'finish ']);
});
