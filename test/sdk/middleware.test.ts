/** Middleware of the other major is refused where it is given, and not by a 500 at each request. */
import { realtimeMiddleware } from '@inngest/realtime/middleware';
import { Mastra } from '@mastra/core';
import { createStep, init, serve } from '@mastra/inngest';
import { Inngest, Middleware } from 'inngest';
import { Inngest as InngestV3, InngestMiddleware } from 'inngest-v3';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

class OfV4 extends Middleware.BaseMiddleware {
  readonly id = 'of-v4';
}
const ofV3 = new InngestMiddleware({ name: 'of-v3', init: () => ({}) });
const app = { id: 'app', isDev: true, baseUrl: 'http://127.0.0.1:1' };
const any = z.any();
const options = { id: 'flow', inputSchema: any, outputSchema: any };

const mismatch = (text: string) =>
  expect.objectContaining({
    code: 'SDK_MISMATCH',
    message: expect.stringContaining(text) as string,
  }) as Error;

describe('a v4 client', () => {
  test.each([
    [
      'the older guide’s realtimeMiddleware()',
      realtimeMiddleware(),
      'number 2 of its `middleware` (named "publish")',
    ],
    ['an InngestMiddleware of v3', ofV3, 'number 2 of its `middleware` (named "of-v3")'],
    ['an instance instead of its class', Object.create(OfV4.prototype), 'number 2 of its `middleware`'],
  ])('with %s is refused by init', (_name, middleware, text) => {
    const inngest = new Inngest({ ...app, middleware: [OfV4, middleware as never] });
    expect(() => init(inngest)).toThrow(mismatch(text));
  });

  test('with a class is fine', () => {
    expect(init(new Inngest({ ...app, middleware: [OfV4] }))).toHaveProperty('createWorkflow');
  });

  test('createWorkflow refuses v3’s', () => {
    const { createWorkflow } = init(new Inngest(app));
    const create = () => createWorkflow({ ...options, middleware: [ofV3 as never] });
    expect(create).toThrow(mismatch('Workflow flow is of inngest 4.'));
  });

  test('serve refuses a function of one’s own with v3’s', () => {
    const inngest = new Inngest(app);
    const step = createStep({ ...options, id: 'step', execute: async () => ({}) });
    const flow = init(inngest).createWorkflow(options).then(step).commit();
    const mastra = new Mastra({ workflows: { flow }, logger: false });
    const own = inngest.createFunction(
      { id: 'own', triggers: [{ event: 'a' }], middleware: [ofV3 as never] },
      async () => 1,
    );
    expect(() => serve({ mastra, inngest, functions: [own] })).toThrow(mismatch('The function "own"'));
  });
});

describe('a v3 client', () => {
  test('with v3’s middleware is fine', () => {
    expect(init(new InngestV3({ ...app, middleware: [ofV3] }))).toHaveProperty('createWorkflow');
  });

  test('createWorkflow refuses v4’s, and nothing is left that rejects later', async () => {
    const { createWorkflow } = init(new InngestV3(app));
    expect(() => createWorkflow({ ...options, middleware: [OfV4 as never] })).toThrow(
      mismatch('Workflow flow is of inngest 3.'),
    );
  });
});
