/** The commands with a running server, and an app on the SDK under test. */
import { expect, it } from 'vitest';
import { freePort } from '../../processes/free-port';
import { command, ended, startServer } from './command';
import { startWorkflowApp } from './workflow-app';

it('invoke runs a workflow or a function and prints what it returns', async () => {
  const { server, url } = await startServer('--no-poll');
  await startWorkflowApp(url);
  const run = await ended(['invoke', 'count', '{"value":5}', '--url', url]);
  expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(/^✓ count, run \w+: success after /) });
  expect(JSON.parse(run.stdout)).toEqual({ value: 6 });
  const greeting = await ended(['invoke', 'greet', '{"name":"Ada"}'], { INNGEST_BASE_URL: url });
  expect(greeting.code).toBe(0);
  expect(JSON.parse(greeting.stdout)).toBe('Hello Ada');
  await server.prints(/✓ run {3}shop-greet #\w{6} completed after .*"Hello Ada"/);
  // Everything that happened is printed, one line each.
  const lines = server.stdout.split('\n').filter(line => line.includes('shop-workflow.count #'));
  expect(lines.map(line => line.replace(/^\S+ /, '').replace(/\b\d+(\.\d)? m?s\b/, 'a while'))).toEqual([
    expect.stringMatching(/^▶ run {3}shop-workflow\.count #\w{6} started$/),
    expect.stringMatching(/^✓ step {2}shop-workflow\.count #\w{6} raise {2}a while {2}\{"value":6\}$/),
    expect.stringMatching(/^✓ step {2}shop-workflow\.count #\w{6} finish {2}a while$/),
    expect.stringMatching(/^✓ run {3}shop-workflow\.count #\w{6} completed after a while {2}\{"value":6\}$/),
  ]);
});

it('invoke ends with 1 where the run fails, and says why', async () => {
  const { url } = await startServer('--no-poll');
  await startWorkflowApp(url);
  const failed = await ended(['invoke', 'count', '{"value":-1}', '--url', url]);
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toMatch(/^✗ count, run \w+: failed after .*: a negative counter\n$/);
});

it('invoke says that a run is suspended, and where', async () => {
  const { url } = await startServer('--no-poll');
  await startWorkflowApp(url);
  const suspended = await ended(['invoke', 'approve', '{"value":1}', '--url', url]);
  expect(suspended).toMatchObject({ code: 0, stderr: expect.stringContaining(': suspended after ') });
  expect(JSON.parse(suspended.stdout)).toMatchObject({ status: 'suspended', suspended: [['ask']] });
});

it('invoke refuses what it can not start, before anything is sent', async () => {
  const { server, url } = await startServer('--no-poll', '--json');
  await startWorkflowApp(url);
  const refused = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await ended(['invoke', ...args, '--url', url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    return stderr;
  };
  expect(await refused('cuont')).toBe(
    'There is no workflow or function "cuont". Did you mean count? There is: count, approve, greet.\n',
  );
  expect(await refused('count', '{bad')).toContain('not JSON: {bad');
  expect(await refused('greet', '5')).toContain('must be an object: shop-greet');
  expect((await ended(['invoke', 'count', '--url', 'nonsense'])).stderr).toContain(
    '"nonsense" is not the URL',
  );
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const { code, stderr } = await ended(['invoke', 'count', '--url', nobody]);
  expect(code).toBe(1);
  expect(stderr).toContain(`No Inngest server answers at ${nobody}`);
  expect(server.stdout).not.toContain('run.started');
});

it('watch shows the next run, and one that is over, from its beginning', async () => {
  const { url } = await startServer('--no-poll');
  const mastra = await startWorkflowApp(url);
  const next = command(['watch', 'count', '--url', url]);
  await next.prints(/Waiting for the next run/);
  const run = await mastra.getWorkflow('count').createRun();
  await run.start({ inputData: { value: 1 } });
  expect(await next.exitCode, next.output).toBe(0);
  const story = [
    expect.stringMatching(/^ {2}\+\d\.\d\d s {2}▶ raise +\{"value":1\}$/),
    expect.stringMatching(/✓ raise +\{"value":2\}$/),
    expect.stringMatching(/■ the workflow is finished$/),
    '',
  ];
  expect(next.stdout.split('\n')).toEqual(story);
  expect(next.stderr).toContain(run.runId);
  const late = await ended(['watch', 'count', run.runId, '--url', url]);
  expect(late.code).toBe(0);
  expect(late.stdout.split('\n')).toEqual(story);
});

it('watch goes on where a run is suspended until it is resumed, and indents nested steps', async () => {
  const { url } = await startServer('--no-poll');
  const mastra = await startWorkflowApp(url);
  const run = await mastra.getWorkflow('approve').createRun();
  await run.start({ inputData: { value: 1 } });
  const watched = command(['watch', 'approve', '--url', url]);
  await watched.prints(/■ the workflow is suspended/);
  await run.resume({ step: 'ask', resumeData: {} });
  expect(await watched.exitCode, watched.output).toBe(0);
  const shown = watched.stdout.split('\n').map(line => line.replace(/^ {2}\+[\d.]+ s {2}/, ''));
  expect(shown).toContainEqual(expect.stringMatching(/^│ ✓ raise +\{"value":2\}$/));
  expect(shown).toContainEqual(expect.stringMatching(/^‖ ask +suspended \{"why":"approval"/));
  expect(shown).toContainEqual(expect.stringMatching(/^✓ ask +\{"value":2\}$/));
});

it('watch ends with 1 where the run fails, and names the workflows that there are', async () => {
  const { url } = await startServer('--no-poll');
  const mastra = await startWorkflowApp(url);
  const run = await mastra.getWorkflow('count').createRun();
  await run.start({ inputData: { value: -1 } });
  const failed = await ended(['watch', 'count', run.runId, '--url', url]);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain('✗ raise');
  expect(failed.stdout).toContain('a negative counter');
  const unknown = await ended(['watch', 'greet', '--url', url]);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('There is: count, approve.') });
});
