import type { Case } from '../kit';
import { chain, child, define, echo } from './parts';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

class Money {
  constructor(readonly amount: number) {}
  toJSON() {
    return `${this.amount} EUR`;
  }
}

/** A case for one value: as a step's output, another's input, and the result. */
function value(name: string, make: () => unknown): Case {
  return define(`value-${name}`, kit =>
    chain(kit, [
      kit.step('makes', () => ({ it: make(), list: [make()] })),
      kit.step('looks', ({ inputData }) => ({
        type: Object.prototype.toString.call(inputData.it),
        it: inputData.it as unknown,
      })),
    ]),
  );
}

export const values: Case[] = [
  value('date', () => new Date('2024-02-29T12:00:00.123Z')),
  value('date-invalid', () => new Date(NaN)),
  value('undefined', () => undefined),
  value('null', () => null),
  value('nan', () => NaN),
  value('infinity', () => Infinity),
  value('minus-zero', () => -0),
  value('large-number', () => 2 ** 53),
  value(
    'map',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, new Map([[1, new Date(0)]])],
      ]),
  ),
  value('set', () => new Set<unknown>([1, 'a', { b: 2 }, new Set([3])])),
  value('regexp', () => /a+b/giu),
  value('url', () => new URL('https://user@example.com:8080/a?b=c#d')),
  value('error', () =>
    Object.assign(new RangeError('as a value', { cause: new Error('inner') }), { code: 'E' }),
  ),
  value('error-class', () => Object.assign(new Error('odd'), { name: 'OddError' })),
  value('uint8array', () => new Uint8Array([0, 1, 255])),
  value('float64array', () => new Float64Array([0.5, -1])),
  value('bigint64array', () => new BigInt64Array([1n, -1n])),
  value('arraybuffer', () => new Uint8Array([1, 2]).buffer),
  value('buffer', () => Buffer.from('hello')),
  value('unicode', () => 'a\u0000b\ud83c\udf89\u2028"\\'),
  value('lone-surrogate', () => 'a\ud800b'),
  value('nested', () => ({ a: [{ b: new Map([['c', [new Date(1), undefined, new Set([NaN])]]]) }] })),
  value('class-with-to-json', () => new Money(5)),
  value('class', () => new Point(1, 2)),
  value('null-prototype', () => Object.assign(Object.create(null) as object, { a: 1 })),
  value('proto-key', () => JSON.parse('{"__proto__":{"a":1},"constructor":2}') as unknown),
  value('sparse-list', () => {
    const list: number[] = [];
    list[2] = 3;
    return list;
  }),
  value('shared', () => {
    const shared = { a: 1 };
    return { left: shared, right: shared };
  }),
  define('values-in-input', kit => chain(kit, [echo(kit, 'one'), echo(kit, 'two')]), {
    input: {
      date: new Date(0),
      map: new Map([[1, { a: new Set([2]) }]]),
      nan: NaN,
      bytes: new Uint8Array([1]),
    },
  }),
  define(
    'values-in-state',
    kit =>
      chain(
        kit,
        [
          kit.step('one', async ({ state, setState }) => {
            await setState({ ...state, added: new Map([['a', new Date(1)]]) });
            return {};
          }),
          kit.step('two', ({ state }) => structuredClone(state) as unknown),
        ],
        { stateSchema: kit.any },
      ),
    { start: { initialState: { given: new Date(0), set: new Set([1]) } } },
  ),
  define(
    'values-in-context',
    kit =>
      chain(kit, [
        kit.step('one', ({ requestContext }) => {
          requestContext.set('added' as never, { list: [1, { a: null }] } as never);
          return {};
        }),
        kit.step('two', ({ requestContext }) => requestContext.toJSON()),
      ]),
    { start: { requestContext: { text: 'a', number: 1.5, flag: false, nothing: null, deep: { a: [1] } } } },
  ),
  define('values-through-nested', kit =>
    chain(kit, [
      kit.step('makes', () => ({ date: new Date(0), map: new Map([[1, 2]]), error: new TypeError('e') })),
      child(kit, 'inner', [kit.step('adds', ({ inputData }) => ({ ...inputData, set: new Set([1]) }))]),
      echo(kit, 'end'),
    ]),
  ),
  define('values-through-foreach', kit => kit.workflow().foreach(echo(kit, 'each')).commit(), {
    input: [new Date(0), new Map([[1, 2]]), NaN, null],
  }),
  define('values-through-loop', kit =>
    kit
      .workflow()
      .dountil(
        kit.step('turn', ({ inputData }) => ({
          dates: [...((inputData.dates as Date[] | undefined) ?? []), new Date(7)],
        })),
        kit.fn(
          'enough',
          async ({ inputData }: { inputData: { dates: Date[] } }) =>
            inputData.dates.every(date => date instanceof Date) && inputData.dates.length >= 3,
        ),
      )
      .commit(),
  ),
  define('values-key-order', kit =>
    chain(kit, [
      kit.step('makes', () => ({ zebra: 1, apple: 2, '10': 3, '9': 4 })),
      kit.step('looks', ({ inputData }) => Object.keys(inputData as object)),
    ]),
  ),
  define('values-long-text', kit =>
    chain(kit, [kit.step('makes', () => 'x'.repeat(100_000)), echo(kit, 'two')]),
  ),
];
