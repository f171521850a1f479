/** `concurrency` and `priority`: what executes at the same time, and in which order the others come. */
import { afterEach, expect, it } from 'vitest';
import { get, patience } from './support/apps';
import type { Stage } from './support/stage';
import { startStage } from './support/stage';
import { stillClock } from './support/still-clock';

stillClock();

let stage: Stage;
afterEach(async () => await stage.stop());

it.each([
  ['a number', 1],
  ['an object', { limit: 1 }],
  ['a list, of which the least counts', [{ limit: 3 }, { limit: 1, scope: 'fn' }]],
  ['limits of steps', { step: [{ limit: 1 }] }],
])('lets one request at a time through, first come, first served (%s)', async (_, concurrency) => {
  stage = await startStage({ f: { concurrency }, free: {} });
  for (const name of ['a', 'b', 'c']) await stage.send('f', name);
  await stage.send('free', 'x');
  await stage.begun('x');
  expect(stage.open()).toEqual(['a', 'x']);
  await stage.finish('a');
  await stage.begun('b');
  expect(stage.open()).toEqual(['b', 'x']);
  await stage.finish('b');
  await stage.finish('c');
  expect(stage.log.filter(name => name !== 'x')).toEqual(['a', 'b', 'c']);
});

it('lets as many through as the limit says', async () => {
  stage = await startStage({ f: { concurrency: 2 } });
  for (const name of ['a', 'b', 'c', 'd']) await stage.send('f', name);
  await stage.begun('b');
  expect(stage.open()).toEqual(['a', 'b']);
  await stage.finish('b');
  await stage.begun('c');
  expect(stage.open()).toEqual(['a', 'c']);
});

it('counts by key: texts and numbers that read the same are one, and what is missing is one', async () => {
  stage = await startStage({ f: { concurrency: { limit: 1, key: 'event.data.user' } } });
  await stage.send('f', 'a1', { user: 'a' });
  await stage.send('f', 'a2', { user: 'a' });
  await stage.send('f', 'n1', { user: 7 });
  await stage.send('f', 'n2', { user: '7' });
  await stage.send('f', 'm1');
  await stage.send('f', 'm2', { user: false });
  for (const name of ['a1', 'n1', 'm1']) await stage.begun(name);
  expect(stage.open()).toEqual(['a1', 'm1', 'n1']);
  await stage.finish('n1');
  await stage.begun('n2');
  expect(stage.open()).toEqual(['a1', 'm1', 'n2']);
});

it('obeys two limits at once', async () => {
  stage = await startStage({ f: { concurrency: [{ limit: 2 }, { limit: 1, key: 'event.data.user' }] } });
  await stage.send('f', 'a1', { user: 'a' });
  await stage.send('f', 'a2', { user: 'a' });
  await stage.send('f', 'b1', { user: 'b' });
  await stage.send('f', 'c1', { user: 'c' });
  await stage.begun('b1');
  expect(stage.open()).toEqual(['a1', 'b1']);
  await stage.finish('b1');
  await stage.begun('c1');
  expect(stage.open()).toEqual(['a1', 'c1']);
});

it.each(['env', 'account'])('shares a key between functions (%s)', async scope => {
  const concurrency = { limit: 1, scope, key: '"mail"' };
  stage = await startStage({ f: { concurrency }, g: { concurrency } });
  await stage.send('f', 'a');
  await stage.send('g', 'b');
  expect(stage.open()).toEqual(['a']);
  await stage.finish('a');
  await stage.begun('b');
});

it('counts what executes: a run that sleeps gives its slot to the next', async () => {
  stage = await startStage({ f: { concurrency: 1 } });
  await stage.send('f', 'a');
  await stage.send('f', 'b');
  expect(stage.open()).toEqual(['a']);
  await stage.sleep('a', '1h');
  await stage.sleep('b', '1h');
  await stage.server.settled(patience);
  const hour = stage.server.advance('1h');
  await stage.finish('a+');
  await stage.finish('b+');
  await hour;
  expect(stage.log).toEqual(['a', 'b', 'a+', 'b+']);
});

it('lets a run that goes on wait for a slot, and older runs through before younger ones', async () => {
  stage = await startStage({ f: { concurrency: 1 } });
  await stage.send('f', 'old');
  await stage.wait('old');
  await stage.server.settled(patience);
  await stage.server.advance('1m');
  await stage.send('f', 'holder');
  await stage.send('f', 'young');
  await stage.send('go', '');
  await stage.begun('holder');
  expect(stage.open()).toEqual(['holder']);
  for (const name of ['holder', 'old+', 'young']) await stage.finish(name);
  expect(stage.log).toEqual(['old', 'holder', 'old+', 'young']);
});

it('limits runs, too: such a slot is held from the first request to the end', async () => {
  stage = await startStage({ f: { concurrency: { fn: [{ limit: 1 }] } } });
  await stage.send('f', 'a');
  const second = await stage.send('f', 'b');
  await stage.sleep('a', '1h');
  await stage.server.settled(patience);
  expect(stage.log).toEqual(['a']);
  const rows = (await get(`${stage.server.url}/v1/events/${second}/runs`)).data;
  expect(rows).toMatchObject([{ status: 'Scheduled', ended_at: null }]);
  const hour = stage.server.advance('1h');
  await stage.finish('a+');
  await stage.finish('b');
  await hour;
  expect(stage.log).toEqual(['a', 'a+', 'b']);
});

it('gives the slot of a cancelled run to the next', async () => {
  stage = await startStage({ f: { concurrency: { fn: [{ limit: 1 }] } } });
  const first = await stage.send('f', 'a');
  await stage.send('f', 'b');
  await stage.sleep('a', '1h');
  await stage.server.settled(patience);
  const [run] = (await get(`${stage.server.url}/v1/events/${first}/runs`)).data;
  await fetch(`${stage.server.url}/v1/runs/${run.run_id}`, { method: 'DELETE' });
  await stage.finish('b');
  expect(stage.log).toEqual(['a', 'b']);
});

it('forgets a run that is cancelled while it waits', async () => {
  stage = await startStage({ f: { concurrency: 1 } });
  await stage.send('f', 'a');
  const waiting = await stage.send('f', 'b');
  await stage.send('f', 'c');
  const [run] = (await get(`${stage.server.url}/v1/events/${waiting}/runs`)).data;
  await fetch(`${stage.server.url}/v1/runs/${run.run_id}`, { method: 'DELETE' });
  await stage.finish('a');
  await stage.finish('c');
  await stage.server.settled(patience);
  expect(stage.log).toEqual(['a', 'c']);
});

it('follows a registration that lifts the limit', async () => {
  stage = await startStage({ f: { concurrency: { limit: 0, key: '"none"' } } });
  await stage.send('f', 'a');
  await stage.server.settled(patience);
  expect(stage.log).toEqual([]);
  await stage.register({ f: {} });
  await stage.finish('a');
});

it('lets runs of a higher priority go first, as if they were older by so many seconds', async () => {
  const priority = { run: 'event.data.ahead == 2 ? 200 : event.data.ahead == 1 ? 100 : 0' };
  stage = await startStage({ f: { concurrency: 1, priority } });
  for (const [name, ahead] of Object.entries({ first: 0, low: 0, mid: 1, high: 2, last: 0 })) {
    await stage.send('f', name, { ahead });
  }
  for (const name of ['first', 'high', 'mid', 'low', 'last']) await stage.finish(name);
  expect(stage.log).toEqual(['first', 'high', 'mid', 'low', 'last']);
});

it('puts a run of a negative priority off, and takes only whole numbers of the expression itself', async () => {
  stage = await startStage({
    f: { priority: { run: 'event.data.late == true ? -60 : 0' } },
    g: { priority: { run: 'event.data.n' } },
  });
  await stage.send('f', 'late', { late: true });
  await stage.send('g', 'number', { n: -60 });
  await stage.finish('number');
  await stage.server.advance('59s');
  expect(stage.log).toEqual(['number']);
  const rest = stage.server.advance('1s');
  await stage.finish('late');
  await rest;
});
