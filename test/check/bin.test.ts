/** `npx mastra-inngest check` in the folder of a TypeScript app. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LibSQLStore } from '@mastra/libsql';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ExampleProject, createExampleProject } from '../example/project';

// Building and starting processes takes as long as the machine wants.

let project: ExampleProject;
beforeAll(async () => {
  project = await createExampleProject();
});
afterAll(() => project.remove());

const LOCK = 'mastra-inngest.lock.json';
const write = async (name: string, text: string) => {
  const file = path.join(project.folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
};
const lock = () => readFile(path.join(project.folder, LOCK), 'utf8');
beforeEach(() => rm(path.join(project.folder, LOCK), { force: true }));

async function check(...args: string[]) {
  const child = project.mastraInngest(['check', ...args], { NODE_ENV: undefined });
  return { code: await child.exitCode, stdout: child.stdout, stderr: child.stderr };
}

/** An app with aliases of its tsconfig, a wait at its top level, and an open handle. */
const app = (steps: string) => ({
  'tsconfig.json': JSON.stringify({ compilerOptions: { baseUrl: '.', paths: { '~/*': ['./src/*'] } } }),
  '.env': 'APP_DATABASE=file:./nobody.db\nAPP_ONLY_HERE=yes\n',
  '.env.development': `APP_DATABASE=file:${path.join(project.folder, 'app.db')}\n`,
  'src/flows/order.ts': `
    import { createStep, init } from '@mastra/inngest';
    import { Inngest } from 'inngest';
    import { z } from 'zod';
    const any = z.any();
    const { createWorkflow } = init(new Inngest({ id: 'app', isDev: true }));
    const step = (id: string) => createStep({ id, inputSchema: any, outputSchema: any, execute: async () => ({}) });
    const ask = (id: string) =>
      createStep({ id, inputSchema: any, outputSchema: any, resumeSchema: any, execute: async ({ suspend }) => suspend({}) });
    export const order = createWorkflow({ id: 'order', inputSchema: any, outputSchema: any })${steps}.commit();
  `,
  'src/app/index.ts': `
    import { createServer } from 'node:http';
    import { Mastra } from '@mastra/core/mastra';
    import { LibSQLStore } from '@mastra/libsql';
    import { order } from '~/flows/order';
    if (process.env.APP_ONLY_HERE !== 'yes') throw new Error('no .env');
    await new Promise(resolve => setTimeout(resolve, 1));
    setInterval(() => {}, 1000);
    export const mastra = new Mastra({
      workflows: { order },
      storage: new LibSQLStore({ id: 'app', url: process.env.APP_DATABASE! }),
      logger: false,
    });
  `,
});

const deploy = async (steps: string) => {
  for (const [name, text] of Object.entries(app(steps))) await write(name, text);
};
const ENTRY = 'src/app/index.ts';
const FIRST = `.then(step('draft')).then(ask('approve')).then(step('ship'))`;

test('the example app is found where mastra dev finds it, and its lock file is written', async () => {
  const { code, stdout, stderr } = await check('--write', '--no-runs');
  expect(stderr).toBe('');
  expect(stdout).toContain(`Written: ${LOCK}`);
  expect(code).toBe(0);
  expect(JSON.parse(await lock())).toEqual({
    version: 1,
    workflows: {
      'increment-once': {
        fingerprint: expect.stringMatching(/^[\w-]{6}$/),
        ops: ['increment', 'side-effect'],
        graph: ['increment', 'side-effect'],
      },
      'increment-workflow': {
        fingerprint: expect.stringMatching(/^[\w-]{6}$/),
        ops: ['increment-once', 'final'],
        graph: [{ loop: [{ workflow: 'increment-once' }] }, 'final'],
      },
    },
  });
  const before = await lock();
  expect((await check('--no-runs')).code).toBe(0);
  await check('--write', '--no-runs');
  expect(await lock()).toBe(before);
});

test('a change that runs survive is no failure, and one that they do not is', async () => {
  await deploy(FIRST);
  expect((await check(ENTRY, '--write', '--no-runs')).code).toBe(0);
  await deploy(`.then(step('draft')).then(step('new')).then(ask('approve')).then(step('ship'))`);
  const added = await check(ENTRY, '--no-runs');
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(added.stdout).toContain('order: changed\n  any run: runs new step "new"');
  await deploy(`.then(step('draft')).then(step('approve')).then(step('deliver'))`);
  const renamed = await check(ENTRY, '--no-runs');
  expect(renamed.code).toBe(1);
  expect(renamed.stdout).toContain('any run: repeats step "ship", as "deliver"');
  await deploy(`.then(step('draft')).then(step('ship'))`);
  const removed = await check(ENTRY, '--no-runs');
  expect(removed.code).toBe(1);
  expect(removed.stdout).toContain(`any run: can't go on: "approve": it is not in the graph any more`);
  // What it says is accepted by writing it down.
  expect((await check(ENTRY, '--write', '--no-runs')).code).toBe(0);
  expect((await check(ENTRY, '--no-runs')).stdout).toContain('order: unchanged');
});

test('the runs in the store are told one by one', async () => {
  await deploy(FIRST);
  const storage = new LibSQLStore({ id: 'app', url: `file:${path.join(project.folder, 'app.db')}` });
  await storage.init();
  const store = await storage.getStore('workflows');
  const graph = ['draft', 'approve', 'ship'].map(id => ({ type: 'step', step: { id } }));
  const row = (runId: string, status: string, more: object) =>
    store?.persistWorkflowSnapshot({
      workflowName: 'order',
      runId,
      snapshot: {
        ...{ runId, status, value: {}, context: {}, activePaths: [], activeStepsPath: {}, resumeLabels: {} },
        ...{ suspendedPaths: {}, waitingPaths: {}, serializedStepGraph: graph, timestamp: Date.now() },
        ...more,
      } as never,
    });
  const done = { status: 'success' };
  await row('asked', 'suspended', { suspendedPaths: { approve: [1] }, context: { draft: done } });
  await row('busy', 'running', { context: { draft: done } });
  await row('over', 'success', {});
  await deploy(`.then(step('new')).then(step('draft')).then(step('ship'))`);
  const { code, stdout } = await check(ENTRY);
  expect(code).toBe(1);
  expect(stdout).toBe(
    [
      'order: not compared: there is no lock file',
      '  run busy (running): runs new step "new"',
      `  run asked (suspended): can't go on: "approve": it is not in the graph any more: it was removed, or has another id`,
      '',
    ].join('\n'),
  );
});

test('what keeps it from an answer is an error that says what to do', async () => {
  await deploy(FIRST);
  expect(await check('src/nowhere.ts')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no src/nowhere.ts'),
  });
  expect(await check('src/flows/order.ts')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('exports no Mastra'),
  });
  await write(LOCK, '{ "version": 9 }');
  expect(await check(ENTRY, '--no-runs')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not one of format 1'),
  });
  expect(await check('one', 'two')).toMatchObject({ code: 1, stderr: expect.stringContaining('Usage') });
});
