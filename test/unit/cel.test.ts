import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { celProblem } from '../../src/function/cel-problem';

/** What a real dev server answered to a registration with each of these as the key of a rateLimit and as the `if` of a cancelOn. */
const verdicts = JSON.parse(readFileSync(new URL('fixtures/cel.json', import.meta.url), 'utf8')) as Record<
  'taken' | 'refusedAsCondition' | 'refused',
  string[]
>;

/** Wrong types among literals, which the server finds and this package does not. */
const NOT_FOUND = ['!-1', '!1', '"a" && true', '"a" * 2', 'size(1)', 'true ? 1 : "a"'];

test.each(verdicts.taken)('the server takes %j, and so do we', source => {
  expect(celProblem(source, 'key')).toBeUndefined();
  expect(celProblem(source, 'condition')).toBeUndefined();
});

test.each(verdicts.refusedAsCondition)('the server takes %j as a key alone, and so do we', source => {
  expect(celProblem(source, 'key')).toBeUndefined();
  expect(celProblem(source, 'condition')).toBeTypeOf('string');
});

test('what the server refuses is refused, but for wrong types among literals', () => {
  expect(verdicts.refused.filter(source => celProblem(source, 'key') === undefined).sort()).toEqual(
    [...NOT_FOUND].sort(),
  );
});

test.each([
  ['event.data.priority ?? 50', 'there is an unexpected ? at character 22'],
  ['event.data.a +', 'it ends too early'],
  ['(event.data.a', 'it ends too early, where ) belongs'],
  ['event.data.a == "x', 'the text that begins at character 17 has no end, or an unknown escape'],
  ['event.data.x = 1', 'there is an unexpected = at character 14'],
  ['user.id', 'there is no user (it begins with event, such as event.data.inputData.userId)'],
  ['evnt.data.x', 'there is no evnt (did you mean event?)'],
  ['event.data.a.startWith("b")', 'there is no method startWith() (did you mean startsWith()?)'],
  ['event.data.a.lowercase()', 'there is no method lowercase() (write lowercase(…))'],
  ['startsWith(event.data.a)', 'there is no function startsWith() (write x.startsWith(…))'],
  ['lowercase()', 'lowercase() takes 1 argument, not 0'],
  ['has(event)', 'has() takes one path, such as has(event.data.inputData.userId)'],
])('%s: %s', (source, problem) => {
  expect(celProblem(source, 'key')).toBe(problem);
});

test('a condition of cancelOn may call and calculate nothing, and says what it has of that', () => {
  const why = (source: string) => celProblem(source, 'condition');
  expect(why('event.data.l.exists(x, x == async.data.x)')).toContain('exists()');
  expect(why('async.data.n == event.data.n + 1')).toContain('and it has +');
  expect(why('async.data.n == -1 && int(event.data.n) > 2')).toBeUndefined();
});
