import { ReadableStream } from 'node:stream/web';
import type { AnyMastra } from '../core-types';
import type { RunEvent } from '../realtime/channel';
import type { RunRecord } from '../snapshot/run-record';
import { isAtRest } from '../snapshot/transitions';

interface Watchable {
  readonly runId: string;
  watchAsync(callback: (event: never) => void): Promise<() => void>;
}

/** How often a stream looks whether the run has ended without its last event, in milliseconds. */
const LOOK = 2000;

/** A run's events as a stream in core's chunk shape, the past first; it closes when the run has come to rest. */
export function eventStream(run: Watchable, record: RunRecord, mastra: AnyMastra): ReadableStream {
  let stop = () => {};
  return new ReadableStream({
    async start(controller) {
      if (await isServedFromCache(record, mastra)) return controller.close();
      let open = true;
      const close = () => {
        if (!open) return;
        open = false;
        stop();
        controller.close();
      };
      const unwatch = await run.watchAsync((event: RunEvent) => {
        if (event.type === 'workflow-finish') return close();
        if (open) controller.enqueue(chunkOf(run.runId, event));
      });
      // The channel may lose the last event; the store does not.
      const look = setInterval(() => {
        void hasRested(record).then(rested => rested && close());
      }, LOOK);
      stop = () => {
        clearInterval(look);
        unwatch();
      };
      if (await hasRested(record)) setTimeout(close, 0);
    },
    cancel: () => stop(),
  });
}

async function hasRested(record: RunRecord): Promise<boolean> {
  const snapshot = await record.load().catch(() => undefined);
  return snapshot !== undefined && isAtRest(snapshot.status);
}

/** Mastra's server keeps the chunks of the runs that it streamed, and shows them before what this stream gives. */
async function isServedFromCache(record: RunRecord, mastra: AnyMastra): Promise<boolean> {
  const cached = await mastra.getServerCache()?.listFromTo(record.identity.runId, 0);
  return Array.isArray(cached) && cached.length > 0 && (await hasRested(record));
}

/** As core's `stream()` makes a chunk of an event. */
function chunkOf(runId: string, event: RunEvent): object {
  const { type, from = 'WORKFLOW', payload, data, ...rest } = event;
  if (data !== undefined && payload === undefined) return { type, runId, from, data, ...rest };
  return { type, runId, from, payload: { stepName: payload?.id, ...payload } };
}
