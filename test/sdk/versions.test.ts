import { MastraInngestError, init } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { Inngest as InngestV3 } from 'inngest-v3';
import { Inngest as OldestV3 } from 'inngest-v3-oldest';
import { Inngest as OldestV4 } from 'inngest-v4-oldest';
import { expect, test } from 'vitest';

const made = { id: 'app', isDev: true };

/** What a client of a version that is not installed looks like. */
const clientOf = (version: string | undefined) => ({
  id: 'app',
  [Symbol.toStringTag]: 'Inngest.App',
  headers: version === undefined ? {} : { 'x-inngest-sdk': `inngest-js:v${version}` },
});

function refusal(client: unknown): { code?: string; message: string } {
  try {
    init(client as never);
  } catch (error) {
    if (MastraInngestError.is(error)) return error;
  }
  return { message: '' };
}

test.each([
  ['newest v4', new Inngest(made)],
  ['oldest v4', new OldestV4(made)],
  ['newest v3', new InngestV3(made)],
  ['oldest v3', new OldestV3(made)],
])('%s is a client that init takes', (_name, client) => {
  expect(init(client)).toHaveProperty('createWorkflow');
});

test.each(['2.7.2', '3.49.3', '4.0.0', '4.20.9', '5.0.0', '4.20.0-beta.1'])(
  'inngest %s is refused by init, with its version and those that do',
  version => {
    const { code, message } = refusal(clientOf(version));
    expect(code).toBe('UNSUPPORTED_SDK_VERSION');
    expect(message).toContain(`inngest ${version};`);
    expect(message).toContain('3.50 to 3.x or 4.21 to 4.x');
  },
);

test.each(['3.50.0', '3.99.1', '4.21.0', '4.99.0', '4.25.0-beta.1'])('inngest %s is fine', version => {
  expect(refusal(clientOf(version))).toEqual({ message: '' });
});

test('a client that does not tell its version is refused', () => {
  expect(refusal(clientOf(undefined))).toMatchObject({
    code: 'UNSUPPORTED_SDK_VERSION',
    message: expect.stringContaining('does not tell its SDK version') as string,
  });
});
