import { readFileSync } from 'node:fs';
import { MessageList } from '@mastra/core/agent';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue } from '../../src/wire/decode';
import { encodeValue } from '../../src/wire/encode';

const text = readFileSync(new URL('../../docs/values.md', import.meta.url), 'utf8');
/** The first cells of the tables in docs/values.md. */
const documented = [...text.matchAll(/^\| (.+?) +\|/gm)].map(([, cell]) => cell);
const throughJson = (value: unknown) => decodeValue(JSON.parse(JSON.stringify(encodeValue(value))));

class Money {
  constructor(
    readonly amount: number,
    readonly currency: string,
  ) {}
}
class Celsius {
  constructor(private readonly degrees: number) {}
  toJSON() {
    return `${this.degrees} °C`;
  }
}

/** Name in docs/values.md, a value, and what it comes back as (the same value where nothing is said). */
const kept: [name: string, value: unknown, back?: unknown][] = [
  ['text, booleans, null', ['a', true, null]],
  ['finite numbers', [0, 1.5, -3e200]],
  ['`NaN`, `Infinity`, `-Infinity`, `-0`', [Number.NaN, Infinity, -Infinity, -0]],
  ['`undefined` in an array or on its own', [undefined, 1]],
  ['`Date`, also an invalid one', [new Date('2026-01-02T03:04:05.678Z'), new Date(Number.NaN)]],
  ['`Map`, `Set`', [new Map<unknown, unknown>([[{ k: 1 }, new Date(0)]]), new Set([1, 'a'])]],
  ['`Map`, `Set`', new Map([[{ toString: null }, { k: 1 }]])],
  ['`RegExp`, `URL`', [/a+/gi, new URL('https://example.com/?q=1')]],
  [
    'typed arrays, `ArrayBuffer`, `DataView`, `Buffer`',
    [new Uint8Array([1, 2, 255]), new Float64Array([1.5]), new Uint8Array([7]).buffer, Buffer.from('ä')],
  ],
  ['a property called `__proto__`', JSON.parse('{"__proto__":{"polluted":true}}')],
  ['an object with a `$mastra` property', { $mastra: 'Date', value: 'mine' }],
  ['an array with holes', holes()],
  ['a property that is `undefined`', { a: 1, b: undefined }],
  ['an instance of a class', new Money(5, 'EUR'), { amount: 5, currency: 'EUR' }],
  ['an object with `toJSON`', new Celsius(20), '20 °C'],
  ['an object that stands in two places', twice({ x: 1 })],
  ['text with half a surrogate pair in it', ['a\ud800b', new Map([['\udfff', 1]])]],
];

function holes() {
  const list = [1];
  list[2] = 3;
  return list;
}

function twice(shared: object) {
  return { left: shared, right: shared };
}

const refused: [name: string, value: unknown, path: string][] = [
  ['`BigInt`, `BigInt64Array`, `BigUint64Array`', { rows: [1, 2n] }, '$.rows[1]'],
  ['`BigInt`, `BigInt64Array`, `BigUint64Array`', { big: new BigInt64Array(1) }, '$.big'],
  ['a function', { callback: () => 1 }, '$.callback'],
  ['a symbol', [Symbol('s')], '$[0]'],
  ['a promise', { later: Promise.resolve(1) }, '$.later'],
  ['a `WeakMap`, `WeakSet` or `WeakRef`', new WeakMap(), '$'],
  ['a cycle', cycle(), '$.self.again'],
  ['a function', new Map([['a', () => 1]]), '$.get(a)'],
  ['a function', new Map([[{ toString: null }, () => 1]]), '$.values()[0]'],
  ['a property name with half a surrogate pair', { outer: { '\ud800': 1 } }, '$.outer'],
];

function cycle() {
  const node: { again?: unknown } = {};
  node.again = node;
  return { self: node };
}

describe('I7: what is kept', () => {
  test.each(kept)('%s', (name, value, back) => {
    expect(documented).toContain(name);
    expect(throughJson(value)).toStrictEqual(back ?? value);
  });

  test('errors: class, name, message, stack, causes and custom fields', () => {
    expect(documented).toContain('errors');
    const cause = Object.assign(new TypeError('inner'), { code: 'E_INNER' });
    const error = Object.assign(new RangeError('outer', { cause }), { statusCode: 507, when: new Date(0) });
    error.name = 'CustomError';
    const back = throughJson(error) as typeof error;
    expect(back).toBeInstanceOf(Error);
    expect(back).toMatchObject({
      name: 'CustomError',
      message: 'outer',
      stack: error.stack,
      statusCode: 507,
    });
    expect(back.when).toEqual(new Date(0));
    expect(back.cause).toBeInstanceOf(TypeError);
    expect(back.cause).toMatchObject({ message: 'inner', code: 'E_INNER' });
  });

  test('an error whose text is no Unicode', () => {
    const back = throughJson(new Error('half \ud800')) as Error;
    expect(back.message).toBe('half \ud800');
    expect(JSON.stringify(encodeValue(new Error('half \ud800')))).not.toContain('\\ud800');
  });

  test('a MessageList: messages, where they came from, system messages', () => {
    expect(documented).toContain("Mastra's `MessageList`, as processors hand it on");
    const list = new MessageList().add('hello', 'input').add('hi', 'response').addSystem('Be brief.');
    const back = throughJson({ list }) as { list: MessageList };
    expect(back.list).toBeInstanceOf(MessageList);
    expect(back.list.get.all.db()).toEqual(list.get.all.db());
    expect(back.list.get.input.db()).toHaveLength(1);
    expect(back.list.getSystemMessages()).toEqual([{ role: 'system', content: 'Be brief.' }]);
    expect(back.list.serialize()).toEqual(list.serialize());
  });

  test('a second time changes nothing', () => {
    for (const [, value, back] of kept) {
      expect(encodeValue(throughJson(back ?? value))).toEqual(encodeValue(back ?? value));
    }
  });

  test('any JSON stays as it is, and reads in the dashboard as the user wrote it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), value => {
        const clean = JSON.parse(JSON.stringify(value)) as unknown;
        if (!JSON.stringify(clean).includes('$mastra')) expect(encodeValue(clean)).toEqual(clean);
      }),
    );
  });

  test('anything that is made of supported values comes back equal', () => {
    const anything = fc.anything({
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: false,
    });
    fc.assert(
      fc.property(anything, value => {
        const first = throughJson(value);
        expect(throughJson(first)).toStrictEqual(first);
      }),
      { numRuns: 500 },
    );
  });
});

describe('I7: what is refused, with the place', () => {
  test.each(refused)('%s', (name, value, path) => {
    expect(documented).toContain(name);
    expect(() => encodeValue(value)).toThrow(expect.objectContaining({ path }) as Error);
  });
});
