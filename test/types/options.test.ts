/** Types are checked by `tsc`; running this file shows that what does not compile is refused as well. */
import { init, inputKey } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

const { createWorkflow } = init(new Inngest({ id: 'types', isDev: true }));
const base = { id: 'typed', inputSchema: z.object({}), outputSchema: z.object({}) };

interface Input {
  userId: string;
  user?: { id: number; tags: string[]; born: Date };
  next?: Input;
}

test('all of Inngest’s function options are typed', () => {
  createWorkflow({
    ...base,
    name: 'Typed',
    concurrency: [
      { limit: 2, key: inputKey<Input>('userId') },
      { limit: 9, scope: 'account', key: '"api"' },
    ],
    throttle: { limit: 1, period: '1m', burst: 2, key: inputKey('userId') },
    debounce: { period: '5s', timeout: '1m' },
    priority: { run: '120' },
    cancelOn: [{ event: 'app/gone', if: 'async.data.id == event.data.runId', timeout: '1 hour' }],
    idempotency: inputKey<Input>('user.id'),
    retries: 3,
    singleton: { mode: 'cancel', key: inputKey('userId') },
    timeouts: { start: '10s', finish: '1h30m' },
    checkpointing: { maxRuntime: '5s' },
    onFailure: ({ error }) => expectTypeOf(error).toExtend<Error>(),
  });
  expectTypeOf(inputKey).returns.toBeString();
});

test('what does not compile is refused, too', () => {
  const refused = (define: () => unknown) => expect(define).toThrow(/Workflow typed: the option/);
  // @ts-expect-error a name that nothing has
  refused(() => createWorkflow({ ...base, concurency: 2 }));
  // @ts-expect-error a field that the option has not
  refused(() => createWorkflow({ ...base, concurrency: { limit: 2, kye: 'event.data.runId' } }));
  // @ts-expect-error more than Inngest takes
  refused(() => createWorkflow({ ...base, retries: 99 }));
  // @ts-expect-error no period
  refused(() => createWorkflow({ ...base, rateLimit: { limit: 1, period: '4 bananas' } }));
  // @ts-expect-error no such mode
  refused(() => createWorkflow({ ...base, singleton: { mode: 'lock' } }));
  // @ts-expect-error no event
  refused(() => createWorkflow({ ...base, cancelOn: [{ if: 'true' }] }));
  // @ts-expect-error three limits
  refused(() => createWorkflow({ ...base, concurrency: [{ limit: 1 }, { limit: 2 }, { limit: 3 }] }));
});

test('a key is a path of the input, where its type is given', () => {
  inputKey('whatever.you.say');
  inputKey<Input>('user.tags');
  inputKey<Input>('next.next.user.id');
  // @ts-expect-error no such value
  inputKey<Input>('userID');
  // @ts-expect-error no such value in it
  inputKey<Input>('user.name');
  // @ts-expect-error a date has no parts
  inputKey<Input>('user.born.getTime');
});
