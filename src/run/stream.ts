import { ReadableStream, type ReadableStreamDefaultReader } from 'node:stream/web';
import { WorkflowRunOutput } from '@mastra/core/stream';
import type { AnyMastra } from '../core-types';
import type { RunEvent } from '../realtime/channel';
import type { WarningLog } from '../realtime/publisher';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import { isAtRest } from '../snapshot/transitions';
import { RunView, isEnd } from './run-view';

/** A run as somebody observes it. */
export interface Observed {
  record: RunRecord;
  mastra: AnyMastra;
  log: WarningLog;
  /** Calls back with live events; resolves once they arrive. */
  watch(callback: (event: RunEvent) => void): Promise<() => void>;
  result(snapshot: Snapshot): Promise<Record<string, unknown>>;
  /** What a stored run tells of its events. */
  past(snapshot: Snapshot): Promise<RunEvent[]>;
}

/** How often a stream looks whether the run has ended without its last event, in milliseconds. */
const LOOK = 2000;

/** A run's events from its beginning on; ends when the run has come to rest, with `onRest`'s last word. */
function events(
  run: Observed,
  chunkOf: (event: RunEvent) => object,
  onRest: (snapshot: Snapshot, view: RunView) => Promise<void>,
): ReadableStream<object> {
  let stop = () => {};
  return new ReadableStream<object>({
    async start(controller) {
      const tell = (event: RunEvent) => open && !isEnd(event) && controller.enqueue(chunkOf(event));
      const view = new RunView(tell, run.log, snapshot => run.past(snapshot));
      let open = true;
      const close = async (snapshot: Snapshot | undefined) => {
        if (!open) return;
        if (snapshot) await view.complete(snapshot).then(() => onRest(snapshot, view));
        open = false;
        stop();
        controller.close();
      };
      const look = async (once = false) => {
        const snapshot = await run.record.load().catch(() => undefined);
        if (once || !snapshot || isAtRest(snapshot.status)) return close(snapshot);
      };
      const unwatch = await run.watch(event => {
        view.live(event);
        if (isEnd(event)) void look(true);
      });
      // The channel may lose the last event; the store does not.
      const timer = setInterval(() => void look(), LOOK);
      stop = () => {
        clearInterval(timer);
        unwatch();
      };
      view.hold();
      const snapshot = await view.open(run.record);
      if (snapshot && isAtRest(snapshot.status)) await close(snapshot);
    },
    cancel: () => stop(),
  });
}

/** As core's `observeStream()` shows a run: with the chunks that begin and end it. */
export function observedStream(run: Observed): ReadableStream<object> {
  return unlessCached(run, () => {
    const { workflowId, runId } = run.record.identity;
    const stream = events(
      run,
      event => chunkOf(runId, event),
      async (snapshot, view) => {
        const result = await run.result(snapshot);
        output.updateResults(result as never);
        if (result.status === 'failed' && !view.hasFailure) output.rejectResults(result.error as never);
      },
    );
    const output = new WorkflowRunOutput({ workflowId, runId, stream: stream as never });
    return output.fullStream;
  });
}

/** As core's `observeStreamLegacy()` shows a run. */
export function observedLegacyStream(run: Observed): ReadableStream<object> {
  return unlessCached(run, () => events(run, legacyChunkOf, async () => {}));
}

/** The stream, or an empty one where Mastra's server shows the whole run before it. */
function unlessCached(run: Observed, open: () => ReadableStream<object>): ReadableStream<object> {
  let reader: ReadableStreamDefaultReader<object> | undefined;
  return new ReadableStream<object>({
    async pull(controller) {
      if (!reader && (await isServedFromCache(run))) return controller.close();
      reader ??= open().getReader();
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => reader?.cancel(undefined),
  });
}

/** Mastra's server keeps the chunks of the runs that it streamed, and shows them before what this stream gives. */
async function isServedFromCache({ record, mastra }: Observed): Promise<boolean> {
  const cached = await mastra.getServerCache()?.listFromTo(record.identity.runId, 0);
  if (!Array.isArray(cached) || cached.length === 0) return false;
  const snapshot = await record.load().catch(() => undefined);
  return snapshot !== undefined && isAtRest(snapshot.status);
}

/** As core's `stream()` makes a chunk of an event. */
function chunkOf(runId: string, event: RunEvent): object {
  const { type, from = 'WORKFLOW', payload, data, ...rest } = event;
  if (data !== undefined && payload === undefined) return { type, runId, from, data, ...rest };
  return { type, runId, from, payload: { stepName: payload?.id, ...payload } };
}

function legacyChunkOf(event: RunEvent): object {
  return { ...event, type: event.type.replace('workflow-', '') };
}
