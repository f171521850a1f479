/** Types are checked by `tsc`; running this file shows only that it loads. */
import {
  init,
  type CronTrigger,
  type EventTrigger,
  type InngestFlowCronConfig,
  type TriggerEvent,
  type WorkflowTrigger,
} from '@mastra/inngest';
import { eventType, Inngest } from 'inngest';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

const { createWorkflow } = init(new Inngest({ id: 'types', isDev: true }));
const schemas = {
  inputSchema: z.object({ value: z.number() }),
  outputSchema: z.object({ value: z.number() }),
  stateSchema: z.object({ round: z.number() }),
};

interface Counted {
  count: number;
}

test('what a schedule starts is typed by the schemas', () => {
  createWorkflow({
    id: 'a',
    ...schemas,
    cron: '0 9 * * *',
    inputData: { value: 1 },
    initialState: { round: 1 },
  });
  createWorkflow({
    id: 'b',
    ...schemas,
    schedule: { cron: '0 9 * * *', timezone: 'UTC', inputData: { value: 1 } },
  });
  // @ts-expect-error the input does not fit
  createWorkflow({ id: 'c', ...schemas, cron: '0 9 * * *', inputData: { value: 'one' } });
  // @ts-expect-error the state does not fit
  createWorkflow({ id: 'd', ...schemas, cron: '0 9 * * *', initialState: { round: 'one' } });
  // @ts-expect-error a cron is a text, which createWorkflow says, too
  expect(() => createWorkflow({ id: 'e', ...schemas, cron: 9 })).toThrow('no text');
});

test('what a trigger makes of its event is typed by the schema, and its data as the user says', () => {
  createWorkflow({
    id: 'f',
    ...schemas,
    triggers: [
      { event: 'a/b' },
      {
        event: 'a/c',
        if: 'event.data.count > 1',
        input: event => {
          expectTypeOf(event).toEqualTypeOf<TriggerEvent>();
          return { value: Number(event.data.count) };
        },
      },
      { event: 'a/d', input: async ({ data }: TriggerEvent<{ count: number }>) => ({ value: data.count }) },
      { event: 'a/g', input: ({ data }: TriggerEvent<Counted>) => ({ value: data.count }) },
      { event: eventType('a/e'), input: () => ({ value: 1 }) },
      { cron: '0 9 * * *', timezone: 'Europe/Berlin', inputData: { value: 1 }, initialState: { round: 1 } },
    ],
  });
  // @ts-expect-error what it makes does not fit
  createWorkflow({ id: 'g', ...schemas, triggers: [{ event: 'a/f', input: () => ({ value: 'one' }) }] });
  // @ts-expect-error a trigger needs an event or a cron
  expect(() => createWorkflow({ id: 'h', ...schemas, triggers: [{ if: 'true' }] })).toThrow('neither');
});

test('the types have names', () => {
  const config: InngestFlowCronConfig<{ value: number }, object> = {
    cron: '* * * * *',
    inputData: { value: 1 },
  };
  expectTypeOf(config.inputData).toEqualTypeOf<{ value: number } | undefined>();
  expectTypeOf<EventTrigger | CronTrigger>().toEqualTypeOf<WorkflowTrigger>();
});
