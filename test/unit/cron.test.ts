/** What Inngest makes of each text was tried with the parser that it uses (robfig/cron 3, five fields). */
import { expect, test } from 'vitest';
import { checkCron, writtenOut } from '../../src/function/cron';

test.each([
  '0 9 * * *',
  '*/5 * * * *',
  '*/90 * * * *',
  '5/15 * * * *',
  '0-30/5 8-18 * * *',
  '0 9 * * MON-FRI',
  '0 0 1 JAN,jul ?',
  '30 2 29 2 *',
  '0 0 31 2 1',
  '0 0 31 2 */2',
  'TZ=Etc/GMT+3 0 9 * * *',
  'TZ=Asia/Kolkata 0 9 * * *',
])('%s is taken as it is', text => {
  expect(checkCron(text)).toEqual({ text });
});

test.each([
  ['  0 9 * * *  ', undefined, '0 9 * * *'],
  ['0 9 * * *', 'Europe/Berlin', 'TZ=Europe/Berlin 0 9 * * *'],
  ['0 9 * * *', 'europe/berlin', 'TZ=Europe/Berlin 0 9 * * *'],
  ['TZ=utc 0 9 * * *', undefined, 'TZ=UTC 0 9 * * *'],
  ['CRON_TZ=America/New_York 0 9 * * *', undefined, 'TZ=America/New_York 0 9 * * *'],
])('%s in %s becomes %s', (cron, timezone, text) => {
  expect(checkCron(cron, timezone)).toEqual({ text });
});

test.each([
  ['* * * *', /five fields/],
  ['0 0 9 * * *', /five fields/],
  ['@daily', /five fields/],
  ['', /five fields/],
  ['TZ=Europe/Berlin', /five fields/],
  ['60 * * * *', /"60" as its minute, which takes 0 to 59/],
  ['* 24 * * *', /hour/],
  ['* * 0 * *', /day of the month/],
  ['* * * 13 *', /month/],
  ['* * * * 7', /day of the week, which takes 0 to 6/],
  ['0 9 * * FRI-MON', /FRI-MON/],
  ['*/0 * * * *', /minute/],
  ['1-2-3 * * * *', /minute/],
  ['*/5/2 * * * *', /minute/],
  ['0 0 L * *', /day of the month/],
  ['0 0 * * 5#2', /day of the week/],
  ['0 9 * * MONDAY', /MONDAY/],
  ['1.5 * * * *', /minute/],
  ['0 0 30 2 *', /never comes/],
  ['0 0 31 4,6,9,11 *', /never comes/],
  ['TZ=Mars/Olympus 0 9 * * *', /Mars\/Olympus.*no time zone/],
  ['TZ=+02:00 0 9 * * *', /no time zone/],
  [`${'0,'.repeat(130)}0 9 * * *`, /more than 255/],
  [5, /no text/],
])('%s is refused', (cron, problem) => {
  expect(checkCron(cron)).toEqual({ problem: expect.stringMatching(problem) });
});

test.each(['Mars/Olympus', '+02:00', '', 5, null])('the time zone %s is refused', timezone => {
  expect(checkCron('0 9 * * *', timezone)).toEqual({ problem: expect.stringMatching(/no time zone/) });
});

test('a time zone is said once', () => {
  expect(checkCron('TZ=UTC 0 9 * * *', 'UTC')).toEqual({ problem: expect.stringMatching(/beside/) });
});

test.each([
  ['0 9 * * *', '0 9 * * *'],
  ['5/15 */1 ? JAN,jul MON-WED', '5,20,35,50 * * 1,7 1,2,3'],
  ['*/90 0 31 2 */2', '0 0 31 2 0,2,4,6'],
])('%s is %s with its values written out', (fields, written) => {
  expect(writtenOut(fields)).toBe(written);
});
