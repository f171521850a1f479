/** What a website that a developer has open may do with the server. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from '../../src/local';

let server: LocalServer;
beforeAll(async () => {
  server = await startLocalServer({ port: 0 });
});
afterAll(() => server.stop());

async function ask(method: string, path: string, origin: string | undefined, body?: string) {
  const headers = { 'content-type': 'text/plain', ...(origin !== undefined && { origin }) };
  const answer = await fetch(server.url + path, { method, headers, ...(body !== undefined && { body }) });
  return { status: answer.status, allowed: answer.headers.get('access-control-allow-origin') };
}

/** Another port is another origin, and a file, or a sandboxed frame, is `null`. */
const others = [
  'https://website.example',
  'http://127.0.0.1:1',
  'http://localhost.website.example',
  'null',
  'x',
];

const closed: [string, string, string?][] = [
  ['GET', '/'],
  ['GET', '/local/overview'],
  ['GET', '/local/runs/1'],
  ['GET', '/local/messages'],
  ['GET', '/v1/events'],
  ['GET', '/v1/events/1/runs'],
  ['GET', '/v1/runs/1'],
  ['GET', '/v0/runs/1/actions'],
  ['POST', '/v0/gql', '{"query":"{ apps { name } }"}'],
  ['POST', '/invoke/some', '{"data":{}}'],
  ['POST', '/fn/register', '{}'],
  ['POST', '/v0/connect/start', ''],
  ['DELETE', '/v1/runs/1'],
  ['OPTIONS', '/v0/gql'],
];

describe.each(closed)('%s %s', (method, path, body) => {
  test.each(others)('is not for a page of %s', async origin => {
    expect(await ask(method, path, origin, body)).toEqual({ status: 403, allowed: null });
  });
  test('is for the server’s own page, and for what is no website', async () => {
    for (const origin of [server.url, undefined])
      expect((await ask(method, path, origin, body)).status).not.toBe(403);
  });
});

test.each([
  ['POST', '/e/key', '{"name":"a"}'],
  ['OPTIONS', '/e/key'],
  ['GET', '/dev'],
  ['GET', '/health'],
  ['POST', '/v1/realtime/token', '[]'],
  ['GET', '/v1/realtime/sse'],
])('%s %s is for every website, as with Inngest', async (method, path, body?: string) => {
  const { status, allowed } = await ask(method, path, 'https://website.example', body);
  expect(allowed).toBe('*');
  expect(status).not.toBe(403);
});

/** `fetch` sets `host` itself. */
async function statusUnder(host: string, path: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(server.url + path, { headers: { host } }, answer => {
    answer.resume();
    resolve(answer.statusCode);
  })
    .on('error', reject)
    .end();
  return await promise;
}

test.each(['website.example', 'website.example:8288', '127.0.0.1.website.example', 'a.localhost.example'])(
  'a website whose name %s leads here has what every website has',
  async host => {
    expect(await statusUnder(host, '/local/overview')).toBe(403);
    expect(await statusUnder(host, '/health')).toBe(200);
  },
);

test.each([
  'localhost:8288',
  '[::1]:8288',
  '192.168.0.7',
  'inngest:8288',
  'host.docker.internal',
  'app.localhost',
])('this machine is asked as %s', async host => {
  expect(await statusUnder(host, '/local/overview')).toBe(200);
});
