import { createDefer } from 'inngest/experimental';
import type { Inngest } from 'inngest';
import type { Json } from '../lib/types.js';
import type { Handler, Kit } from '../lib/sdk.js';

type Defer = (id: string, options: { function: unknown; data: Json }) => { abort: () => void };

/** Of v4 only, and experimental there: functions that start once the run that deferred them is over. */
export function defineDefers({ client, sdk, fn, ns, add }: Kit): void {
  if (sdk.major === 3) return;
  const handler: Handler = async ({ event, parents }) => [event.data, parents?.map(({ fnSlug }) => fnSlug)];
  const deferred = createDefer(
    client as unknown as Inngest,
    { id: 'deferred', retries: 0 },
    handler as never,
  );
  add(deferred);
  fn({ id: 'usedefer', retries: 0 }, { event: ns('t/usedefer') }, async context => {
    const { step, event } = context;
    const defer = (context as unknown as { defer: Defer }).defer;
    defer('kept', { function: deferred, data: { ...event.data, n: 1 } });
    const other = defer('dropped', { function: deferred, data: { n: 2 } });
    await step.run('a', () => 1);
    other.abort();
    await step.run('b', () => 2);
    if (event.data['fail']) throw new sdk.NonRetriableError('as asked');
    return 'deferred';
  });
}
