import { expect, test } from 'vitest';
import { seal } from '../../src/wire/outcome';
import { refuseForeignMemo } from '../../src/function/memo-guard';
import type { MemoizedStep } from '../../src/sdk/port';

const OURS = { data: seal({ result: { status: 'success' } }) };
const FOREIGN = { data: { ok: true, result: {} } };
const SLEEP = { data: null };
const FAILED = { error: { message: 'broke', cause: seal({ result: { status: 'failed' } }) } };
const refused = { runId: 'inner', code: 'FOREIGN_RUN' };
/** How runs ended here that something else had invoked. */
const INVOKED: MemoizedStep[] = [
  { error: { message: 'broke', cause: seal({ runId: 'inner', status: 'failed' }) } },
  { error: { message: 'begun elsewhere', cause: seal({ refused, thrown: {} }) } },
];

const ask = (...memos: MemoizedStep[]) =>
  refuseForeignMemo(Object.fromEntries(memos.map((memo, index) => [index, memo])), 'workflow', 'run');

test('what this package remembers goes on, whatever else is remembered', () => {
  for (const memos of [[], [OURS], [OURS, SLEEP], [FAILED, FOREIGN], [OURS, FOREIGN, ...INVOKED]]) {
    expect(() => ask(...memos)).not.toThrow();
  }
});

test('what something else remembers does not, though a run that it invoked has ended here', () => {
  for (const memos of [
    [FOREIGN],
    [FOREIGN, SLEEP],
    [SLEEP],
    [SLEEP, SLEEP],
    ...INVOKED.map(end => [FOREIGN, end]),
  ]) {
    expect(() => ask(...memos)).toThrow("can't be read here");
  }
});
