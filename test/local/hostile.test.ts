/* eslint-disable @typescript-eslint/no-explicit-any -- bodies are whatever a test makes of them */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import { get, post } from './support/apps';
import { ops, startRawApp } from './support/raw-app';
import type { RawAnswer, RawApp, RawHandler } from './support/raw-app';

let server: LocalServer;
let app: RawApp;

beforeEach(async () => {
  server = await startLocalServer({ port: 0, retryDelay: () => 0 });
  app = await startRawApp(server);
});

afterEach(async () => {
  await server.stop();
  await app.stop();
});

async function run(handler: RawHandler, event: object = {}): Promise<Record<string, any>> {
  expect(await app.serve({ f: handler })).toMatchObject({ ok: true });
  const { ids } = await post(`${server.url}/e/k`, { name: 'f', ...event });
  await server.settled();
  return (await get(`${server.url}/v1/events/${ids[0]}/runs`)).data[0];
}

const inner = (row: Record<string, any>): unknown => JSON.parse(row['output']).error.message;

describe('answers that make no sense fail the attempt, not the server', () => {
  it.each<[string, RawAnswer, string]>([
    [
      'an unknown opcode',
      ops({ op: 'Bogus', id: 'x' }),
      'error reading generator opcode response: Bogus does not belong to Opcode values',
    ],
    ['no JSON', [206, '{not json'], 'error reading generator opcode response: invalid JSON'],
    ['a text', [206, '"hello"'], 'error reading generator opcode response: expected JSON object or array'],
    ['null as an opcode', [206, '[null]'], 'error validating generator opcode 0: opcode cannot be null'],
    ['nothing', [206, ''], 'no response data'],
    [
      'a StepError without error',
      ops({ op: 'StepError', id: 'e' }),
      'OpcodeStepError received without Error field set',
    ],
    [
      'a sleep of no known length',
      ops({ op: 'Sleep', id: 's', name: 'soon' }),
      'error parsing sleep duration "soon"',
    ],
    [
      'a broken stream',
      [201, '   nope'],
      'error parsing stream: error reading response body to check for status code',
    ],
    [
      'a step output over 4 MiB',
      ops({ op: 'StepRun', id: 'big', data: 'x'.repeat(4_194_305) }),
      'error validating generator opcode big: step output size is greater than the limit',
    ],
    [
      'a step error over 4 MiB',
      ops({
        op: 'StepFailed',
        id: 'big',
        error: { name: 'Error', message: 'm', cause: 'x'.repeat(4_194_300) },
      }),
      'error validating generator opcode big: step output size is greater than the limit',
    ],
    [
      'an answer over 8 MiB',
      [200, JSON.stringify('x'.repeat(9_000_000))],
      "Your function's response body exceeds the maximum size limit",
    ],
  ])('%s', async (_name, answer, message) => {
    const row = await run(() => answer);
    expect(row['status']).toBe('Failed');
    expect(inner(row)).toBe(message);
    expect(app.calls['f']).toBe(2);
    expect(await run(() => [200, '"fine"'])).toMatchObject({ status: 'Completed', output: 'fine' });
  });

  it.each<[string, RawAnswer, string, string]>([
    [
      'a plan of 1001 steps',
      [206, JSON.stringify(Array.from({ length: 1001 }, (_, i) => ({ op: 'StepPlanned', id: `p${i}` })))],
      'InngestErrFunctionOverflowed',
      'The function run exceeded the step limit of 1000 steps.',
    ],
    [
      'a wait with a broken expression',
      ops({ op: 'WaitForEvent', id: 'w', name: 'e', opts: { timeout: '1s', if: 'async.(' } }),
      'InvalidExpression',
      'Wait for event If expression failed to compile',
    ],
    [
      'a wait of more than a year',
      ops({ op: 'WaitForEvent', id: 'w', name: 'e', opts: { timeout: '500d' } }),
      'InngestErrTimeoutTooLong',
      'The wait-for-event timeout "500d" expires more than one year in the future; timeouts may last at most one year.',
    ],
  ])('%s fails the run at once', async (_name, answer, name, message) => {
    const row = await run(() => answer);
    expect(JSON.parse(row['output']).error).toMatchObject({ name, message });
    expect(app.calls['f']).toBe(1);
  });

  it('an answer that did not come from an SDK is retried, and said so', async () => {
    const row = await run(() => [
      502,
      '<html>bad</html>',
      { 'x-inngest-sdk': '', 'content-type': 'text/html' },
    ]);
    expect(row).toMatchObject({
      status: 'Failed',
      output: {
        name: 'Server returned a fatal error',
        message: 'Your server returned HTTP 502 before the SDK responded.',
        stack: expect.stringContaining('<html>bad</html>'),
      },
    });
    expect(app.calls['f']).toBe(2);
    expect(await run(() => [200, '"ok"', { 'x-inngest-sdk': '' }])).toMatchObject({ status: 'Failed' });
  });

  it('an empty list asks again', async () => {
    const row = await run((_body, call) => (call < 3 ? ops() : [200, '"done"']));
    expect(row).toMatchObject({ status: 'Completed', output: 'done' });
  });

  it('a streamed answer carries its status and headers inside', async () => {
    const ok = `   ${JSON.stringify({ status: 200, headers: { 'x-inngest-sdk': 'inngest-js:v4.24.0' }, body: '{"a":1}' })}`;
    expect(await run(() => [201, ok])).toMatchObject({ status: 'Completed', output: { a: 1 } });
    const failed = JSON.stringify({
      status: 400,
      headers: { 'x-inngest-no-retry': 'true' },
      body: { message: 'm' },
    });
    expect(await run(() => [201, failed])).toMatchObject({ status: 'Failed', output: { message: 'm' } });
    expect(app.calls['f']).toBe(1);
  });

  it('4xx is retried unless the header says otherwise', async () => {
    await run(() => [404, '{"message":"nf"}']);
    expect(app.calls['f']).toBe(2);
    await run(() => [500, '{"message":"nf"}', { 'x-inngest-no-retry': 'true' }]);
    expect(app.calls['f']).toBe(1);
  });

  it('a second result for a step does not replace the first', async () => {
    const seen: unknown[] = [];
    const row = await run((body, call) => {
      seen.push(body.steps);
      const step = (data: number) => ({ op: 'StepRun', id: 's1', name: 's', data });
      return call === 1 ? ops(step(1), step(2)) : [200, '1'];
    });
    expect(row['status']).toBe('Completed');
    expect(seen[1]).toEqual({ s1: { data: 1 } });
  });
});

describe('keys of prototypes', () => {
  it('are data like any other', async () => {
    let second = '';
    const row = await run(
      (body, call) => {
        if (call === 1)
          return [
            206,
            '[{"op":"StepRun","id":"__proto__","name":"x","data":{"__proto__":{"polluted":1},"constructor":5}}]',
          ];
        second = JSON.stringify(body.steps);
        return [200, '1'];
      },
      { data: JSON.parse('{"__proto__":{"polluted":1},"toString":1}') },
    );
    expect(row['status']).toBe('Completed');
    expect(second).toBe('{"__proto__":{"data":{"__proto__":{"polluted":1},"constructor":5}}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('requests that make no sense', () => {
  const big = 'x'.repeat(65 * 2 ** 20);
  it.each([
    ['POST', '/fn/register', 'garbage', 400],
    ['POST', '/fn/register', '{}', 400],
    ['POST', '/fn/register', '{"appName":"x","functions":[{"id":"x"}]}', 400],
    ['POST', '/fn/register', '{"appName":"x","functions":[5,null]}', 200],
    ['POST', '/e/k', big, 413],
    ['POST', '/v1/checkpoint/nope/async', 'garbage', 400],
    ['POST', '/v1/checkpoint/__proto__/async', '{"run_id":"__proto__","steps":5}', 400],
    ['POST', '/v1/signals', 'x', 400],
    ['POST', '/v1/signals', '{"signal":"nobody"}', 404],
    ['POST', '/v1/realtime/token', 'x', 400],
    ['POST', '/v1/realtime/publish', 'x', 200],
    ['POST', '/v0/gql', '{{{', 422],
    ['POST', '/v0/gql', '{"query":"{ a { "}', 422],
    ['POST', '/v0/gql', `{"query":"${'{ a '.repeat(20_000)}"}`, 422],
    ['POST', '/invoke/nope', 'garbage', 400],
    ['GET', '/v0/runs/nope/actions', undefined, 400],
    ['GET', '/v0/runs/01M81HTA28PWQA7PH0G8S0C5VP/actions', undefined, 410],
    ['GET', '/v0/runs/01M81HTA28PWQA7PH0G8S0C5VP/batch', undefined, 410],
    ['GET', '/v1/nope', undefined, 404],
  ])('%s %s is answered', async (method, path, body, status) => {
    const answer = await fetch(server.url + path, { method, ...(body === undefined ? {} : { body }) });
    await answer.arrayBuffer();
    expect(answer.status).toBe(status);
    expect(await run(() => [200, '"alive"'])).toMatchObject({ output: 'alive' });
  });

  it.each([
    ['/v1/runs/nope', 400],
    ['/v1/runs/01M81HTA28PWQA7PH0G8S0C5VP', 500],
    ['/v1/events/nope', 400],
    ['/v1/events/01M81HTA28PWQA7PH0G8S0C5VP', 404],
  ])('GET %s is answered 200 with the status in the body', async (path, status) => {
    const answer = await fetch(server.url + path);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ data: null, status, error: expect.any(String) });
  });

  it.each([
    ['an expression', { triggers: [{ event: 'e', expression: 'event.data.(' }] }],
    ['an unknown name in an expression', { triggers: [{ event: 'e', expression: 'nope.x == 1' }] }],
    ['a cron', { triggers: [{ cron: 'nonsense' }] }],
    ['a cancellation', { triggers: [], cancel: [{ event: 'e', if: '((' }] }],
  ])('refuses a registration with a bad part: %s', async (_name, fn) => {
    const steps = {
      step: { id: 'step', name: 'step', runtime: { type: 'http', url: 'http://127.0.0.1:1/' } },
    };
    const functions = [{ id: 'x-a', name: 'a', steps, ...fn }];
    const reply = await post(`${server.url}/fn/register`, { appName: 'x', url: 'http://x', functions });
    expect(reply).toMatchObject({ data: null, status: 400 });
    expect(reply.error).toMatch(/^At least one function is invalid/);
  });

  it('refuses to be taken for another kind of server', async () => {
    const headers = { 'x-inngest-expected-server-kind': 'cloud' };
    expect(await post(`${server.url}/fn/register`, { appName: 'x', functions: [] }, headers)).toMatchObject({
      status: 400,
    });
  });
});
