/** One app, two copies of the SDK: an error that names both versions, at registration. */
import { createRequire } from 'node:module';
import { Mastra } from '@mastra/core';
import { type InngestClient, connect, createServe, createStep, init, serve } from '@mastra/inngest';
import { Inngest as V4 } from 'inngest';
import { serve as v4Edge } from 'inngest/edge';
import { serve as v4Express } from 'inngest/express';
import { serve as v4Next } from 'inngest/next';
import { serve as v4Node } from 'inngest/node';
import { Inngest as V3 } from 'inngest-v3';
import { serve as v3Edge } from 'inngest-v3/edge';
import { serve as v3Express } from 'inngest-v3/express';
import { serve as v3Next } from 'inngest-v3/next';
import { serve as v3Node } from 'inngest-v3/node';
import { Inngest as OlderV4 } from 'inngest-v4-oldest';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { installedVersion } from './installed-version';

const [newest, newestV3, olderV4] = ['inngest', 'inngest-v3', 'inngest-v4-oldest'].map(installedVersion);
const says = (...parts: (string | undefined)[]) => new RegExp(parts.join('.*'));

const options = { id: 'copies', isDev: true, baseUrl: 'http://127.0.0.1:9' };
const v3 = new V3(options);
const v4 = new V4(options);
const v4Function = () => v4.createFunction({ id: 'made-by-v4', triggers: [{ event: 'a/b' }] }, async () => 4);
const v3Function = () => v3.createFunction({ id: 'made-by-v3' }, { event: 'a/b' }, async () => 3);

function mastraOf(client: InngestClient): Mastra {
  const any = z.any();
  const step = createStep({ id: 'step', inputSchema: any, outputSchema: any, execute: async () => ({}) });
  const workflow = init(client)
    .createWorkflow({ id: 'flow', inputSchema: any, outputSchema: any })
    .then(step)
    .commit();
  return new Mastra({ workflows: { workflow }, logger: false });
}
const empty = () => new Mastra({ logger: false });
const get = () => new Request('http://127.0.0.1/api/inngest');

test.each([
  ['v3 client, v4 function', v3, v4Function, says(newestV3, '"made-by-v4"', newest)],
  ['v4 client, v3 function', v4, v3Function, says(newest, '"made-by-v3"', newestV3)],
])('%s', (_name, inngest, make, message) => {
  const action = () => serve({ mastra: empty(), inngest, functions: [make()] });
  expect(action).toThrow(expect.objectContaining({ code: 'SDK_MISMATCH' }));
  expect(action).toThrow(message);
});

test('workflows of a client of the other major', () => {
  expect(() => serve({ mastra: mastraOf(v3), inngest: v4 })).toThrow(
    says(newest, '"workflow.flow"', newestV3),
  );
});

test.each([
  ['edge', v4Edge, v3Edge],
  ['express', v4Express, v3Express],
  ['next', v4Next, v3Next],
  ['node', v4Node, v3Node],
] as const)('an adapter of the other major: %s', (_name, ofV4, ofV3) => {
  const toV4 = createServe(ofV4 as never);
  const toV3 = createServe(ofV3 as never);
  expect(() => toV4({ mastra: mastraOf(v3), inngest: v3 })).toThrow(says(newestV3, 'inngest 4.x'));
  expect(() => toV3({ mastra: mastraOf(v4), inngest: v4 })).toThrow(says(newest, 'inngest 3.x'));
  expect(toV4({ mastra: mastraOf(v4), inngest: v4 })).toBeTruthy();
  expect(toV3({ mastra: mastraOf(v3), inngest: v3 })).toBeTruthy();
  expect(Object.keys(v4)).not.toContain('setEnvVars');
});

test.each([
  ['the other major', v3, says(newestV3, `finds inngest ${newest}`, 'createServe')],
  ['another version', new OlderV4(options), says(olderV4, `finds inngest ${newest}`, 'createServe')],
])('the copy that `serve` and `connect` find is of %s', async (_name, inngest, message) => {
  const mastra = mastraOf(inngest);
  const registering = serve({ mastra, inngest })(get());
  await expect(registering).rejects.toThrow(expect.objectContaining({ code: 'SDK_MISMATCH' }));
  await expect(registering).rejects.toThrow(message);
  await expect(connect({ mastra, inngest })).rejects.toThrow(message);
});

test('the same version as a CommonJS module gets along', async () => {
  const { Inngest } = createRequire(import.meta.url)('inngest') as { Inngest: typeof V4 };
  expect(Inngest).not.toBe(V4);
  const inngest = new Inngest(options);
  const response = await serve({ mastra: mastraOf(inngest), inngest })(get());
  expect(response.status).toBe(200);
  expect(await response.json()).toHaveProperty('function_count');
});

test('a v3 function in the form of v4 has no handler, and that is said', () => {
  const create = v3.createFunction as unknown as (...args: unknown[]) => object;
  const wrong = create({ id: 'two-arguments', triggers: [{ event: 'a/b' }] }, async () => 1);
  expect(() => serve({ mastra: empty(), inngest: v3, functions: [wrong] })).toThrow(
    says('"two-arguments" has no handler', newestV3, 'three arguments'),
  );
});
