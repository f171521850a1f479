import { Mastra } from '@mastra/core';
import { noopLogger } from '@mastra/core/logger';
import { InMemoryStore } from '@mastra/core/storage';
import { createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init, MastraInngestError, serve } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const inngest = new Inngest({ id: 'registration', isDev: true, baseUrl: 'http://127.0.0.1:9' });
const { createWorkflow } = init(inngest);
const any = z.any();
const noop = createStep({ id: 'noop', inputSchema: any, outputSchema: any, execute: async () => ({}) });
const define = (id: string) => createWorkflow({ id, inputSchema: any, outputSchema: any });

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return MastraInngestError.is(error) ? error.code : String(error);
  }
  return undefined;
}

const mastraWith = (workflows: Record<string, unknown>) =>
  new Mastra({ workflows: workflows as never, logger: false });

describe('one line of the log says what is served', () => {
  const own = inngest.createFunction({ id: 'own-line', triggers: [{ event: 'a/b' }] }, async () => 1);
  const inner = define('line-inner').then(noop).commit();
  const outer = define('line-outer').then(inner).commit();
  const alone = define('line-alone').then(noop).commit();
  const core = createCoreWorkflow({ id: 'report', inputSchema: any, outputSchema: any })
    .then(noop as never)
    .commit();

  test.each([
    ['one workflow', { alone }, [], 'info', 'Served to Inngest: 1 workflow'],
    ['nested ones and functions', { outer }, [own], 'info', 'Served to Inngest: 2 workflows, 1 function'],
    [
      'a workflow of core beside them',
      { outer, alone, core },
      [],
      'warn',
      'Served to Inngest: 3 workflows; not on Inngest, and so not durable: report (made by another createWorkflow than init(inngest)’s).',
    ],
  ])('%s', (_name, workflows, functions, level, line) => {
    const lines: string[][] = [];
    const logger = new Proxy(noopLogger, {
      get: (target, name) =>
        name === 'info' || name === 'warn'
          ? (text: string) => lines.push([name, text])
          : (Reflect.get(target, name) as unknown),
    });
    const mastra = new Mastra({
      workflows: workflows as never,
      logger: logger as never,
      storage: new InMemoryStore(),
    });
    lines.length = 0;
    serve({ mastra, inngest, functions });
    expect(lines).toEqual([[level, line]]);
  });
});

test('nothing to serve is an error', () => {
  expect(codeOf(() => serve({ mastra: mastraWith({}), inngest }))).toBe('NOTHING_TO_SERVE');
});

test('functions of one’s own are something to serve', () => {
  const own = inngest.createFunction({ id: 'own', triggers: [{ event: 'a/b' }] }, async () => 1);
  expect(serve({ mastra: mastraWith({}), inngest, functions: [own] })).toBeTypeOf('function');
});

test('two functions with one id are an error that names both', () => {
  const first = define('twin').then(noop).commit();
  const second = define('twin').then(noop).commit();
  const parent = define('parent').then(second).commit();
  const action = () => serve({ mastra: mastraWith({ first, parent }), inngest });
  expect(codeOf(action)).toBe('DUPLICATE_FUNCTION_ID');
  expect(action).toThrow(/workflow\.twin.*workflow "twin" and workflow "twin"/);
  const own = inngest.createFunction({ id: 'workflow.twin', triggers: [{ event: 'a/b' }] }, async () => 1);
  expect(() => serve({ mastra: mastraWith({ first }), inngest, functions: [own] })).toThrow(
    /one of `functions`/,
  );
});

test('a workflow that is nested twice and registered is one function', async () => {
  const child = define('shared-child').then(noop).commit();
  const one = define('one').then(child).then(noop).commit();
  const two = define('two').parallel([child]).commit();
  const handler = serve({ mastra: mastraWith({ one, two, child }), inngest });
  const response = await handler(new Request('http://127.0.0.1/api/inngest'));
  expect(await response.json()).toMatchObject({ function_count: 7 });
});

test('an uncommitted workflow is refused by createRun', async () => {
  const workflow = define('draft').then(noop);
  mastraWith({ draft: define('other').then(noop).commit() });
  await expect(workflow.createRun()).rejects.toMatchObject({
    code: 'UNCOMMITTED_WORKFLOW',
    workflowId: 'draft',
  });
  await expect(define('empty').commit().createRun()).rejects.toMatchObject({ code: 'UNCOMMITTED_WORKFLOW' });
});

test('a workflow without a Mastra says so', async () => {
  await expect(define('orphan').then(noop).commit().createRun()).rejects.toMatchObject({
    code: 'MASTRA_NOT_REGISTERED',
  });
});

test('the functions of schedules are served, those of a nested workflow, too, and told apart by their ids', async () => {
  const schedule = ['a', 'b'].map(id => ({ id, cron: '0 9 * * *' }));
  const nested = createWorkflow({ id: 'nested', inputSchema: any, outputSchema: any, schedule });
  const parent = define('scheduled-parent').then(nested.then(noop).commit()).commit();
  const handler = serve({ mastra: mastraWith({ parent }), inngest });
  const response = await handler(new Request('http://127.0.0.1/api/inngest'));
  // Two of each workflow, two schedules, and the one that closes ended runs.
  expect(await response.json()).toMatchObject({ function_count: 7 });
  const twin = define('nested.cron.b').then(noop).commit();
  expect(codeOf(() => serve({ mastra: mastraWith({ parent, twin }), inngest }))).toBe(
    'DUPLICATE_FUNCTION_ID',
  );
});

test.each([undefined, {}, { id: 'x' }, new Map()])('what is no client is refused: %s', client => {
  expect(codeOf(() => init(client as never))).toBe('INVALID_CLIENT');
});

test('an SDK that is too old is refused with both versions', () => {
  const old = {
    id: 'old',
    [Symbol.toStringTag]: 'Inngest.App',
    headers: { 'x-inngest-sdk': 'inngest-js:v4.20.9' },
  };
  expect(codeOf(() => init(old))).toBe('UNSUPPORTED_SDK_VERSION');
  expect(() => init(old)).toThrow(/4\.20\.9.*4\.21/);
});
