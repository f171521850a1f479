import type { Case } from '../kit';
import { broken, chain, define, echo, plus } from './parts';

export const sequence: Case[] = [
  define('then-one', kit => chain(kit, [plus(kit, 'one')])),
  define('then-three', kit =>
    chain(kit, [
      plus(kit, 'one'),
      kit.step('two', ({ inputData }) => ({ value: inputData.value * 10 })),
      kit.step('three', ({ inputData, getInitData }) => ({ all: [getInitData(), inputData] })),
    ]),
  ),
  define('then-ten', kit =>
    chain(
      kit,
      Array.from({ length: 10 }, (_, index) => plus(kit, `s${index}`)),
    ),
  ),
  define(
    'then-without-input',
    kit => chain(kit, [kit.step('one', ({ inputData }) => ({ got: inputData }))]),
    {
      input: undefined,
    },
  ),
  define('then-input-text', kit => chain(kit, [kit.step('one', ({ inputData }) => `${inputData}!`)]), {
    input: 'hello',
  }),
  define('then-input-list', kit => chain(kit, [echo(kit, 'one'), echo(kit, 'two')]), { input: [1, [2], {}] }),
  define('then-gives-nothing', kit => chain(kit, [kit.step('one', () => undefined), echo(kit, 'two')])),
  define('then-gives-null', kit => chain(kit, [kit.step('one', () => null), echo(kit, 'two')])),
  define('then-gives-text', kit => chain(kit, [kit.step('one', () => 'text'), echo(kit, 'two')])),
  define('then-gives-zero', kit => chain(kit, [kit.step('one', () => 0), echo(kit, 'two')])),
  define('then-gives-false', kit => chain(kit, [kit.step('one', () => false), echo(kit, 'two')])),
  define('then-gives-empty-list', kit => chain(kit, [kit.step('one', () => []), echo(kit, 'two')])),
  define('then-gives-the-same', kit => chain(kit, [echo(kit, 'one'), echo(kit, 'two'), echo(kit, 'three')])),
  define('then-gives-what-it-got-first', kit =>
    chain(kit, [plus(kit, 'one'), kit.step('two', () => ({ value: 1 })), echo(kit, 'three')]),
  ),
  define('then-deep-value', kit =>
    chain(kit, [kit.step('one', () => ({ a: { b: { c: [{ d: [[1], [2, [3]]] }] } } })), echo(kit, 'two')]),
  ),
  define('then-odd-ids', kit =>
    chain(kit, [
      plus(kit, 'with blank'),
      plus(kit, 'a/b.c:d'),
      plus(kit, 'finish'),
      plus(kit, 'start'),
      plus(kit, 'input'),
      plus(kit, 'step (2)'),
      plus(kit, 'step [1]'),
      plus(kit, 'größe-数-🎉'),
      plus(kit, '__proto'),
    ]),
  ),
  define('then-keys-like-marks', kit =>
    chain(kit, [
      kit.step('one', () => ({
        $mastra: 'Date',
        value: '2020',
        mastra: 1,
        _inngest: {},
        data: 1,
        error: 'no',
      })),
      echo(kit, 'two'),
    ]),
  ),
  define('then-described', kit =>
    chain(kit, [plus(kit, 'one', 1, { description: 'adds one', metadata: { owner: 'ada' } })]),
  ),
  define('then-changes-its-input', kit =>
    chain(kit, [
      kit.step('one', () => ({ list: [1] })),
      kit.step('two', ({ inputData }) => {
        inputData.list.push(2);
        return { seen: [...inputData.list] };
      }),
      kit.step('three', ({ getStepResult }) => ({ one: getStepResult('one') })),
    ]),
  ),
  define('then-throws-first', kit => chain(kit, [broken(kit, 'one'), echo(kit, 'never')])),
  define('then-throws-middle', kit => chain(kit, [plus(kit, 'one'), broken(kit, 'two'), echo(kit, 'never')])),
  define('then-throws-last', kit => chain(kit, [plus(kit, 'one'), broken(kit, 'two')])),
  define('then-cloned-step', kit => {
    const original = plus(kit, 'original');
    return chain(kit, [original, kit.cloneStep(original, 'clone')]);
  }),
  define('then-slow', kit =>
    chain(kit, [
      kit.step('wait', async ({ inputData }) => {
        await new Promise(resolve => setTimeout(resolve, 20));
        return inputData as unknown;
      }),
      plus(kit, 'after'),
    ]),
  ),
  define('then-step-twice', kit => {
    const again = plus(kit, 'again');
    return chain(kit, [again, plus(kit, 'between'), again]);
  }),
  define('then-throws-synchronously-before-await', kit =>
    chain(kit, [
      kit.step('one', ({ inputData }) => {
        const missing = inputData.nothing as { field: string };
        return missing.field;
      }),
    ]),
  ),
];
