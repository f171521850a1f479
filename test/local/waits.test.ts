import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Api, Definition, Pair } from './support/apps';
import { modes, startPair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair;
afterEach(async () => await pair.stop());

describe.each(modes)('step.fetch, %s', mode => {
  it('is made by the server, tried again where nobody answers, and then an error that can be caught', async () => {
    const target = http.createServer((request, response) => {
      response
        .writeHead(201, { 'x-foo': '1' })
        .end(`${request.method} ${request.url} ${String(request.headers['x-mine'])}`);
    });
    await new Promise<void>(resolve => void target.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/path`;
    pair = await startPair(mode, () => [
      {
        id: 'fetches',
        trigger: { event: 't/fetches' },
        options: { retries: 1 },
        handler: async ({ step, event }) => {
          try {
            const answer = await step.fetch(event.data.url, {
              method: 'PUT',
              headers: { 'x-mine': 'm' },
              body: 'b',
            });
            return [answer.status, await answer.text(), answer.headers.get('x-foo')];
          } catch (error) {
            return (error as Error).message;
          }
        },
      },
    ]);
    const [ok] = await pair.run({ name: 't/fetches', data: { url } });
    expect(ok).toMatchObject({ status: 'Completed', output: [201, 'PUT /path m', '1'] });
    target.closeAllConnections();
    await new Promise(resolve => target.close(resolve));
    pair.app.exchanges.length = 0;
    const [failed] = await pair.run({ name: 't/fetches', data: { url } });
    expect(failed?.status).toBe('Completed');
    expect(failed?.output).toMatch(/Error making gateway request/);
    expect(pair.calls('fetches').map(call => call.request.ctx.attempt)).toEqual([0, 1, 0]);
  });
});

const signalling = ({ ref }: Api): Definition[] => [
  {
    id: 'holds',
    trigger: { event: 't/holds' },
    handler: async ({ step, event }) =>
      await step.waitForSignal('s', {
        signal: 'sig',
        timeout: '1h',
        onConflict: event.data.replace ? 'replace' : 'fail',
      }),
  },
  {
    id: 'tells',
    trigger: { event: 't/tells' },
    handler: async ({ step }) => await step.sendSignal('tell', { signal: 'sig', data: { told: true } }),
  },
  {
    id: 'first-sends',
    trigger: { event: 't/first-sends' },
    handler: async ({ step }) => {
      const [event] = await Promise.all([
        step.waitForEvent('answer', { event: 't/answer', timeout: '1h' }),
        step.sendEvent('ask', { name: 't/ask', data: {} }),
      ]);
      return event?.name ?? 'missed';
    },
  },
  {
    id: 'answers',
    trigger: { event: 't/ask' },
    handler: async ({ step }) => void (await step.sendEvent('answer', { name: 't/answer', data: {} })),
  },
  {
    id: 'many',
    trigger: { event: 't/many' },
    handler: async ({ step }) =>
      await Promise.all([1, 2, 3].map(n => step.invoke(`i${n}`, { function: ref('one'), data: { n } }))),
  },
  { id: 'one', trigger: { event: 't/one' }, handler: ({ event }) => event.data.n },
];

describe.each(['v3', 'v4'] as const)('%s', mode => {
  it('hands a signal of a step to the one who waits; a second waiter fails, unless it replaces the first', async () => {
    pair = await startPair(mode, signalling);
    const first = await pair.send({ name: 't/holds', data: {} });
    await pair.server.settled();
    const [second] = await pair.run({ name: 't/holds', data: {} });
    expect(second?.status).toBe('Failed');
    expect(second?.output).toContain('Signal conflict; signal wait already exists for another run');
    const third = await pair.send({ name: 't/holds', data: { replace: true } });
    await pair.server.settled();
    await pair.run({ name: 't/tells' });
    expect((await pair.runsOf(third))[0]).toMatchObject({
      status: 'Completed',
      output: { data: { told: true } },
    });
    expect((await pair.runsOf(first))[0]?.status).toBe('Running');
    await pair.server.advance('61m');
    expect((await pair.runsOf(first))[0]).toMatchObject({ status: 'Completed', output: null });
  });

  it('has a wait in place before a step beside it sends', async () => {
    pair = await startPair(mode, signalling);
    const [run] = await pair.run({ name: 't/first-sends' });
    expect(run).toMatchObject({ status: 'Completed', output: 't/answer' });
  });

  it('invokes side by side', async () => {
    pair = await startPair(mode, signalling);
    const [run] = await pair.run({ name: 't/many' });
    expect(run).toMatchObject({ status: 'Completed', output: [1, 2, 3] });
    expect(pair.calls('one')).toHaveLength(3);
  });
});
