/** A client in production without a signing key: the SDK's own answer to Inngest's calls does not say what is wrong. */
import { Mastra } from '@mastra/core';
import { noopLogger } from '@mastra/core/logger';
import { createStep, init, serve } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { Inngest as InngestV3 } from 'inngest-v3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { portFor } from '../../src/sdk/detect';

const any = z.any();
const silent = { info() {}, warn() {}, error() {}, debug() {} };

function app(options: object, errors: string[] = []) {
  const inngest = new Inngest({ id: 'keyless', logger: silent, ...options });
  const step = createStep({ id: 'step', inputSchema: any, outputSchema: any, execute: async () => ({}) });
  const flow = init(inngest)
    .createWorkflow({ id: 'flow', inputSchema: any, outputSchema: any })
    .then(step)
    .commit();
  const logger = new Proxy(noopLogger, {
    get: (target, name) =>
      name === 'error' ? (text: string) => errors.push(text) : (Reflect.get(target, name) as unknown),
  });
  const mastra = new Mastra({ workflows: { flow }, logger: logger as never });
  return serve({ mastra, inngest });
}

const call = (method: string) =>
  new Request('http://127.0.0.1:1/api/inngest?fnId=keyless-workflow.flow&stepId=step', {
    method,
    ...(method === 'POST' && { body: '{}' }),
  });

afterEach(() => vi.unstubAllEnvs());

describe('without a key', () => {
  test.each(['GET', 'PUT', 'POST'])('a %s is answered with what to do, and it is logged', async method => {
    vi.stubEnv('INNGEST_DEV', '');
    const errors: string[] = [];
    const response = await app({ isDev: false }, errors)(call(method));
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      code: 'MISSING_SIGNING_KEY',
      message: expect.stringContaining('INNGEST_SIGNING_KEY') as string,
    });
    expect(errors.join()).toContain('The Inngest client "keyless" is in production and has no signing key');
  });
});

test.each([
  [
    'with a key, an unsigned call is refused as the SDK does it',
    { isDev: false, signingKey: 'signkey-test-00' },
  ],
  ['in development no key is wanted', { isDev: true }],
])('%s', async (_name, options) => {
  const errors: string[] = [];
  const response = await app(options, errors)(call('POST'));
  expect(await response.text()).not.toContain('MISSING_SIGNING_KEY');
  expect(errors).toEqual([]);
});

test.each([
  ['in production, none', { isDev: false }, undefined, true],
  ['in production, one', { isDev: false }, 'signkey-test-00', false],
  ['in development, none', { isDev: true }, undefined, false],
])('v3, %s', (_name, options, key, lacks) => {
  vi.stubEnv('INNGEST_SIGNING_KEY', key);
  expect(portFor(new InngestV3({ id: 'keyless', ...options })).lacksSigningKey()).toBe(lacks);
});
