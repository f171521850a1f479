/** What the server's command prints, and how it ends. */
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../processes/free-port';
import { post, startApp } from '../support/apps';
import type { Definition, Mode } from '../support/apps';
import { command, ended, startServer } from './command';

const define = (): Definition[] => [
  {
    id: 'mail',
    trigger: { event: 'user/registered' },
    handler: ({ step }) => step.run('send', () => 'sent'),
  },
  { id: 'nap', trigger: { event: 'nap' }, handler: ({ step }) => step.sleep('long', '1d') },
];

async function startTestApp(url: string, mode: Mode = 'v4', port = 0) {
  const app = await startApp(mode, { url }, define, 'app', port);
  onTestFinished(app.stop);
  return app;
}

it.each<Mode>(['v4', 'v3'])('it says which app is synced, and which is not, until it is (%s)', async mode => {
  const port = await freePort();
  const appUrl = `http://127.0.0.1:${port}/api/inngest`;
  const { server, url } = await startServer('-u', appUrl);
  await server.prints(/does not answer; trying again/);
  await startTestApp(url, mode, port);
  await server.prints(/✓ app/);
  expect(server.stderr).toBe(`${appUrl} does not answer; trying again\n`);
  expect(server.stdout).toMatch(/^\d\d:\d\d:\d\d ✓ app {3}app: 2 functions, \S*js:v\d\S*, http:\S+$/m);
});

it('it says that no function takes an event, and which was meant', async () => {
  const { server, url } = await startServer();
  const app = await startTestApp(url);
  await fetch(app.url, { method: 'PUT' });
  await post(`${url}/e/x`, { name: 'user/regsitered' });
  await post(`${url}/e/x`, { name: 'quite/other' });
  await post(`${url}/invoke/app-male`, {});
  await post(`${url}/e/x`, { name: 'user/registered' });
  await server.prints(/completed/);
  expect(server.stdout).toContain(
    '! event user/regsitered: no function takes it. Did you mean user/registered?\n',
  );
  expect(server.stdout).toContain('! event quite/other: no function takes it.\n');
  expect(server.stdout).toContain(
    '! event invoke app-male: there is no such function. Did you mean app-mail?\n',
  );
  expect(server.stdout).toContain('· event user/registered → app-mail\n');
});

it('--json prints one object a line, and nothing else', async () => {
  const gone = `http://127.0.0.1:${await freePort()}/x`;
  const { server, url } = await startServer('--json', '-u', gone);
  const app = await startTestApp(url);
  await fetch(app.url, { method: 'PUT' });
  await post(`${url}/e/x`, { name: 'user/registered' });
  await server.prints(/run\.ended/);
  server.signal('SIGTERM');
  expect(await server.exitCode).toBe(0);
  expect(server.stderr).toBe('');
  const told = server.stdout
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { type: string }).type);
  const kinds = new Set(told);
  expect([...kinds].sort()).toEqual([
    'app.failed',
    'app.synced',
    'event.received',
    'run.ended',
    'run.started',
    'server.started',
    'server.stopping',
    'step.ended',
  ]);
});

it('--quiet prints where it listens and what is wrong with the apps', async () => {
  const gone = `http://127.0.0.1:${await freePort()}/x`;
  const { server, url } = await startServer('--quiet', '-u', gone);
  const app = await startTestApp(url);
  await fetch(app.url, { method: 'PUT' });
  await post(`${url}/e/x`, { name: 'user/registered' });
  await server.prints(/does not answer/);
  server.signal('SIGINT');
  expect(await server.exitCode).toBe(0);
  expect(server.stdout).toBe(`Local Inngest server on ${url} (development and tests only)\n`);
  expect(server.stderr).toBe(`${gone} does not answer; trying again\n`);
});

it('what is printed of an event can not control the terminal', async () => {
  const { server, url } = await startServer();
  await post(`${url}/e/x`, { name: 'evil\u001b[2J\u009b31m\r\nfake line' });
  await server.prints(/evil.*\n/);
  expect(server.stdout).toContain('evil\\u001b[2J\\u009b31m\\u000d\\u000afake line: no function takes it.\n');
});

it.each(['SIGINT', 'SIGTERM'] as const)(
  'at %s it says how many runs are unfinished, and ends with 0',
  async signal => {
    const { server, url } = await startServer();
    const app = await startTestApp(url);
    await fetch(app.url, { method: 'PUT' });
    for (const _ of [1, 2]) await post(`${url}/e/x`, { name: 'nap' });
    await server.prints(/sleeps[^]*sleeps/);
    server.signal(signal);
    expect(await server.exitCode).toBe(0);
    expect(server.stdout).toMatch(/2 unfinished/);
  },
);

it('a port that is in use, an unknown option and an unknown command are errors of one line', async () => {
  const { url } = await startServer();
  const { port } = new URL(url);
  const line = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await ended(args);
    expect({ code, stdout, lines: stderr.split('\n').length }).toEqual({ code: 1, stdout: '', lines: 2 });
    return stderr;
  };
  expect(await line('--port', port)).toMatch(/in use\. .*another port/);
  expect(await line('--prot', port)).toContain('--prot');
  expect(await line('wacth', 'x')).toBe('There is no command "wacth". Did you mean watch?\n');
});

it('each command has a help', async () => {
  for (const args of [['--help'], ['watch', '--help'], ['invoke', '-h']]) {
    const { code, stdout, stderr } = await ended(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: mastra-inngest-local/);
  }
  expect((await ended(['watch'])).stderr).toMatch(/^Usage: /);
});

it('it colours where it is asked to, and not where NO_COLOR is set', async () => {
  const nobody = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const server = command(['--port', '0'], env);
    await server.prints(/http:\S+/);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.stdout)?.[0] ?? '';
    await post(`${url}/e/x`, { name: 'e' });
    await server.prints(/no function/);
    return server.stdout;
  };
  expect(await nobody({ NO_COLOR: undefined, FORCE_COLOR: '1' })).toContain('\u001b[');
  expect(await nobody({ NO_COLOR: '1' })).not.toContain('\u001b[');
});
