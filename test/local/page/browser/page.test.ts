/** The local server's page in a real browser. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { until } from '../../../support/until';
import { startApp, startPair } from '../../support/apps';
import type { Api, Definition, Pair } from '../../support/apps';
import type { Browser, Page } from './chromium';
import { startBrowser } from './chromium';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => await browser.close());

const evil = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=2</script>';

const define = (): Definition[] => [
  {
    id: 'mail',
    trigger: { event: 'user/registered' },
    options: { retries: 0 },
    handler: async ({ step, event }) => {
      await step.run('send', () => ({ html: evil, to: event.data.name }));
      await step.waitForEvent(`wait ${evil}`, { event: 'go', timeout: '1d' });
      if (event.data.name === 'nobody') throw new TypeError(`no ${evil}`);
      return evil;
    },
  },
];

async function open(defined: (api: Api) => Definition[] = define): Promise<Pair & { page: Page }> {
  const pair = await startPair('v4', defined);
  onTestFinished(pair.stop);
  const page = await browser.open();
  await page.goto(pair.server.url);
  return { ...pair, page };
}

const text = async (page: Page, id: string): Promise<string> =>
  await page.evaluate(`document.getElementById(${JSON.stringify(id)}).innerText`);

async function secondApp(server: { url: string }) {
  const app = await startApp(
    'v4',
    server,
    () => [{ id: 'other', trigger: { event: 'o' }, handler: () => 1 }],
    'second',
  );
  onTestFinished(app.stop);
  return app;
}

/** Opens the run as a user does, with its link. */
async function openRun(page: Page, runId: string | undefined): Promise<void> {
  await until(async () => (await text(page, 'runs')).includes(runId ?? '?'));
  await page.evaluate(`document.getElementById('run-${runId}').click()`);
  await until(async () => (await text(page, 'run')).includes('send'));
}

it('shows apps, functions, runs and a run as it goes on, by itself', async () => {
  const { page, run, send, server } = await open();
  expect(await page.evaluate('document.body.innerText')).toContain("not Inngest's dashboard");
  await until(async () => (await text(page, 'functions')).includes('app-mail'));
  expect(await text(page, 'apps')).toContain('js:v4');
  expect(await text(page, 'runs')).toContain('none yet');
  const [started] = await run({ name: 'user/registered', data: { name: 'Ada' } });
  await openRun(page, started?.run_id);
  const shown = await text(page, 'run');
  expect(shown).toMatch(/app-mail, .*Running/);
  expect(shown).toMatch(/send\s+StepRun\s+.*Completed\s+1\s+\d/);
  expect(shown).toMatch(/WaitForEvent\s+.*Waiting/);
  await send({ name: 'go' });
  await server.settled();
  await until(async () => (await text(page, 'run')).includes('Completed'));
  await page.evaluate(`document.getElementById('run-input-open').click()`);
  expect(await text(page, 'run')).toContain('"name": "Ada"');
});

it('shows a hostile name and output as it is, and executes nothing of it', async () => {
  const { page, run, send, server } = await open();
  const [started] = await run({ name: 'user/registered', data: { name: 'nobody' } });
  await send({ name: 'go' });
  await server.settled();
  await openRun(page, started?.run_id);
  await page.evaluate(`document.querySelectorAll('#run details').forEach(details => (details.open = true))`);
  const shown = await text(page, 'run');
  expect(shown).toContain(`wait ${evil}`);
  expect(shown.replaceAll('\\"', '"')).toContain(`no ${evil}`);
  expect(await page.evaluate(`document.querySelectorAll('img, main script').length`)).toBe(0);
  expect(await page.evaluate('globalThis.pwned ?? null')).toBeNull();
  expect(page.complaints).toEqual([]);
  const elsewhere = page.requests.filter(url => !url.startsWith(server.url) && url !== 'data:,');
  expect(elsewhere.filter(url => url !== 'about:blank')).toEqual([]);
});

it('keeps inline scripts from running, even if one got into it', async () => {
  const { page } = await open();
  await page.evaluate(
    `document.body.append(document.createRange().createContextualFragment(${JSON.stringify(evil)}))`,
  );
  await until(() => page.complaints.length > 0);
  expect(page.complaints.join('\n')).toMatch(/Content Security Policy/);
  expect(await page.evaluate('globalThis.pwned ?? null')).toBeNull();
});

it('invokes a function with the keyboard alone, and keeps what is being typed', async () => {
  const { page, server } = await open();
  await until(async () => (await text(page, 'functions')).includes('Invoke'));
  await page.evaluate(`document.getElementById('open-app-mail').focus()`);
  await page.press('Enter');
  await page.press('Tab');
  expect(await page.evaluate('document.activeElement.id')).toBe('data-app-mail');
  await page.type('{bad');
  await page.press('Tab');
  await page.press('Enter');
  await until(async () => (await text(page, 'functions')).includes('That is not JSON'));
  expect(await page.evaluate('document.activeElement.id')).toBe('data-app-mail');
  await page.evaluate(`document.activeElement.select()`);
  await page.type('{"name":"Bob"}');
  // Another app's functions make the table anew.
  await server.sync((await secondApp(server)).url);
  await until(async () => (await text(page, 'functions')).includes('second-other'));
  expect(await page.evaluate('[document.activeElement.id, document.activeElement.value]')).toEqual([
    'data-app-mail',
    '{"name":"Bob"}',
  ]);
  await page.press('Tab');
  await page.press('Enter');
  await until(async () => (await text(page, 'functions')).includes('Invoked'));
  await until(async () => (await text(page, 'runs')).includes('app-mail'));
  const id = await page.evaluate(`document.querySelector('#runs a').textContent`);
  await openRun(page, id);
  await until(async () => (await page.evaluate('document.activeElement.id')) === 'run-heading');
  await page.evaluate(`document.getElementById('run-input-open').click()`);
  expect(await text(page, 'run')).toContain('"name": "Bob"');
});

it('has a heading for each part, a name for each control, and says what it can not do', async () => {
  const { page, run, server } = await open();
  const [started] = await run({ name: 'user/registered', data: { name: 'Ada' } });
  await openRun(page, started?.run_id);
  await page.evaluate(`document.getElementById('form-app-mail').open = true`);
  const nodes = await page.accessible();
  const named = (role: string): string[] => nodes.filter(node => node.role === role).map(({ name }) => name);
  expect(named('heading')).toEqual([
    'Local Inngest server',
    'Apps',
    'Functions',
    'Runs',
    `Run ${started?.run_id}`,
  ]);
  expect(named('textbox')).toEqual(["The event's data, as JSON"]);
  expect(named('button')).toEqual(['Invoke app-mail']);
  expect(named('table')).toEqual(['Apps', 'Functions', 'Runs', 'Steps']);
  expect(named('link')).not.toContain('');
  expect(named('status').length).toBeGreaterThan(0);
  await server.stop();
  await until(async () => (await text(page, 'status')).includes('does not answer'));
});
