/** The page's files and the reads that it makes; test/local/page/browser looks at the page in a browser. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { get, post, startPair } from '../support/apps';
import type { Api, Definition, Mode, Pair } from '../support/apps';

async function pair(mode: Mode, define: (api: Api) => Definition[]): Promise<Pair> {
  const started = await startPair(mode, define);
  onTestFinished(started.stop);
  return started;
}

const hostile = '<img src=x onerror="globalThis.pwned=1">';

const define = (): Definition[] => [
  {
    id: 'mail',
    trigger: { event: 'user/registered' },
    options: { retries: 1 },
    handler: async ({ step, attempt }) => {
      await step.run('send', () => ({ html: hostile }));
      await step.run('long', () => 'x'.repeat(10_000));
      const event = await step.waitForEvent('wait', { event: 'go', timeout: '1d' });
      if (attempt === 0) throw new Error('once more');
      return event?.name;
    },
  },
];

describe('the page', () => {
  it('is HTML that loads its own two files and nothing else', async () => {
    const { server } = await pair('v4', define);
    const page = await fetch(server.url);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const text = await page.text();
    expect(text).toMatch(/not Inngest&#39;s dashboard|not Inngest's dashboard/);
    const links = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link);
    expect(links.sort()).toEqual(['#runs-heading', '/local/page.css', '/local/page.js', 'data:,']);
    for (const file of ['/local/page.css', '/local/page.js']) {
      expect((await fetch(`${server.url}${file}`)).status).toBe(200);
    }
  });

  it('may execute its one script only, whatever is in it', async () => {
    const { server } = await pair('v4', define);
    for (const file of ['/', '/local/page.js']) {
      const { headers } = await fetch(`${server.url}${file}`);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('puts in what comes from the server as text', () => {
    const script = readFileSync(path.resolve(import.meta.dirname, '../../../src/local/page/page.js'), 'utf8');
    expect(script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc/,
    );
  });
});

describe.each<Mode>(['v4', 'v3'])('the reads (%s)', mode => {
  it('show apps, functions and runs, the newest first', async () => {
    const { server, run } = await pair(mode, define);
    const [first] = await run({ name: 'user/registered', data: { name: hostile } });
    const [second] = await run({ name: 'user/registered' });
    expect(await get(`${server.url}/local/overview`)).toMatchObject({
      apps: [{ name: 'app', functions: 1, url: expect.stringContaining('http://') }],
      functions: [{ slug: 'app-mail', triggers: ['user/registered'], workflow: false }],
      runs: [
        { id: second?.run_id, status: 'Running', endedAt: null },
        { id: first?.run_id, function: 'app-mail', event: 'user/registered' },
      ],
      runsInAll: 2,
    });
  });

  it('show a run with its steps, their times, attempts, inputs and outputs', async () => {
    const { server, run, send } = await pair(mode, define);
    const [started] = await run({ name: 'user/registered', data: { name: hostile } });
    const url = `${server.url}/local/runs/${started?.run_id}`;
    const waiting = await get(url);
    expect(waiting).toMatchObject({
      status: 'Running',
      input: { text: JSON.stringify({ name: hostile }), cut: false },
      output: null,
      steps: [
        {
          name: 'send',
          status: 'Completed',
          attempts: 1,
          output: { text: JSON.stringify({ html: hostile }) },
        },
        { name: 'long', status: 'Completed', output: { cut: true } },
        {
          name: 'wait',
          status: 'Waiting',
          endedAt: null,
          input: { text: expect.stringContaining('"event":"go"') },
        },
      ],
    });
    expect(waiting.steps[0].endedAt).toBeGreaterThanOrEqual(waiting.steps[0].startedAt);
    const whole = await fetch(`${url}/steps/${waiting.steps[1].id}/output`);
    expect(whole.headers.get('content-type')).toContain('application/json');
    expect(await whole.json()).toEqual({ data: 'x'.repeat(10_000) });
    await send({ name: 'go' });
    await server.settled();
    expect(await get(url)).toMatchObject({ status: 'Completed', output: { text: '"go"' } });
  });

  it('say what is not there', async () => {
    const { server } = await pair(mode, define);
    for (const path of [
      '/local/runs/nobody',
      '/local/runs/nobody/output',
      '/local/runs/nobody/steps/x/output',
    ]) {
      const answer = await fetch(`${server.url}${path}`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({ error: 'There is no run nobody, or it has been forgotten.' });
    }
  });
});

it('what is published is kept for who watches later, the last of it', async () => {
  const { server } = await pair('v4', define);
  const publish = async (channel: string, data: unknown): Promise<void> => {
    await post(`${server.url}/v1/realtime/publish?channel=${channel}&topic=watch`, data);
  };
  await publish('workflow:a:1', { n: 1 });
  await publish('other', { n: 2 });
  await publish('workflow:a:2', { n: 3 });
  const read = async (query: string): Promise<{ number: number }[]> =>
    (await get(`${server.url}/local/messages?${query}`)).messages;
  const all = await read('prefix=workflow:a:');
  expect(all).toMatchObject([
    { channel: 'workflow:a:1', topic: 'watch', data: { n: 1 } },
    { channel: 'workflow:a:2', data: { n: 3 } },
  ]);
  expect(await read(`prefix=workflow:a:&after=${all[0]?.number}`)).toEqual([all[1]]);
  expect(await read('after=nonsense')).toHaveLength(3);
  for (let big = 0; big < 20; big++) await publish('workflow:b:1', { text: 'x'.repeat(500_000) });
  expect(await read('prefix=workflow:a:')).toEqual([]);
  const kept = await read('prefix=workflow:b:');
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.length).toBeLessThan(20);
  expect(await read(`after=${kept.at(-1)?.number}`)).toEqual([]);
});
