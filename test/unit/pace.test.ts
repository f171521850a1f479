import { expect, test } from 'vitest';
import { Pace } from '../../src/realtime/pace';

/** Sends events that come at such moments, and gives when each message went out. `lasts`: how long sending one takes. */
function messages(moments: readonly number[], lasts = 3): number[] {
  const pace = new Pace({ least: 40, most: 300 });
  const sent: number[] = [];
  const waiting = [...moments];
  let now = 0;
  while (waiting.length > 0) {
    now = Math.max(now, waiting[0] ?? 0);
    now += pace.next(now);
    const late = waiting.findIndex(moment => moment > now);
    pace.sent(waiting.splice(0, late < 0 ? waiting.length : late).length, now);
    sent.push(now);
    now += lasts;
  }
  return sent;
}

const every = (pause: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, place) => from + place * pause);

test('what comes faster than anybody reads goes out in ever fewer messages', () => {
  expect(messages(every(4, 500)).length).toBeLessThanOrEqual(10);
  expect(messages(every(20, 500)).length).toBeLessThanOrEqual(37);
});

test('what can be read as it comes is not held up', () => {
  expect(messages(every(100, 20))).toEqual(every(100, 20, 40));
});

test('after a silence, the next word goes out as early as the first', () => {
  const sent = messages([...every(4, 500), 10_000]);
  expect(sent.at(-1)).toBe(10_040);
});
