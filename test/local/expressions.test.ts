import { describe, expect, it } from 'vitest';
import { compile } from '../../src/local/expression/expression';
import table from './fixtures/expressions.json';

// What the event was when the table was measured on a real server.
const data = {
  n: 9,
  f: 2.5,
  s: 'abc',
  b: true,
  z: 0,
  e: '',
  nul: null,
  tags: ['x', 'y'],
  deep: { a: { b: true } },
  obj: { k: 1 },
  d: '2026-01-02T00:00:00Z',
  neg: -3,
  big: 5_000_000_000,
  nums: [1, 2, 3],
};
const event = { name: 'c/x', id: '01M8', ts: 1_795_000_000_000, data, user: { id: 'u' } };

function verdict(expression: string): string {
  try {
    return compile(expression).matches({ event }) ? 'matches' : 'does not match';
  } catch {
    return 'is refused';
  }
}

/** Functions of the real server's dialect that nobody is known to use in a trigger. */
const notBuilt = ['type(', 'duration('];

describe('expressions as a real server evaluates them', () => {
  for (const { expression, real } of table) {
    const expected = notBuilt.some(name => expression.includes(name)) ? 'is refused' : real;
    it(`${expression} ${expected}`, () => expect(verdict(expression)).toBe(expected));
  }
});

describe('expressions of waits and cancellations', () => {
  const matches = (source: string, first: object, second: object): boolean =>
    compile(source).matches({ event: { id: 'e1', data: first } as never, async: { data: second } as never });

  it('treats a key that both sides lack as equal, and one that one side lacks as different', () => {
    expect(matches('event.data.k == async.data.k', {}, {})).toBe(true);
    expect(matches('event.data.k == async.data.k', { k: 1 }, {})).toBe(false);
    expect(matches('event.data.k == async.data.k', {}, { k: 1 })).toBe(false);
    expect(matches('event.data.k == async.data.k', { k: 1 }, { k: '1' })).toBe(false);
    expect(matches('event.data.k == async.data.k', { k: 'a' }, { k: 'a' })).toBe(true);
  });

  it('can guard against the missing key', () => {
    const source = '(event.data.k != null && event.data.k == async.data.k) || event.id == async.data.eventId';
    expect(matches(source, {}, {})).toBe(false);
    expect(matches(source, { k: 1 }, { k: 1 })).toBe(true);
  });

  it('sees no inherited keys', () => {
    expect(matches('event.data.constructor == null', {}, {})).toBe(true);
    expect(matches('async.data.__proto__ == null', {}, {})).toBe(true);
    expect(matches('"toString" in async.data', {}, {})).toBe(false);
  });
});
