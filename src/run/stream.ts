import { ReadableStream, type ReadableStreamDefaultReader } from 'node:stream/web';
import { WorkflowRunOutput } from '@mastra/core/stream';
import type { RunChunk } from '../core-types';
import type { RunEvent } from '../realtime/channel';
import { isEnd } from '../realtime/events';
import { isWritten } from '../realtime/stored-events';
import { type Snapshot, isAtRest } from '../snapshot/snapshot';
import type { ListCache } from '../log/event-log';
import type { ObservedRun } from './observed-run';
import { Replayed } from './replayed';
import { StorePoll } from './store-poll';
import type { StoryReader } from './story-reader';

/** A run's events from its beginning on. Ends when the run is at rest, once `onRest` is done. */
function events(
  run: ObservedRun,
  /** Undefined for an event that the stream does not show. */
  chunkOf: (event: RunEvent) => object | undefined,
  onRest: (snapshot: Snapshot, reader: StoryReader) => Promise<void>,
): ReadableStream<RunChunk> {
  let stop = () => {};
  return new ReadableStream<RunChunk>({
    async start(controller) {
      let ending: Promise<void> | undefined;
      let isOpen = true;
      const reader = run.reader(event => {
        const chunk = isOpen && !isEnd(event) ? chunkOf(event) : undefined;
        if (chunk) controller.enqueue(chunk as RunChunk);
      });
      const end = async (snapshot: Snapshot | undefined) => {
        await reader.complete(snapshot);
        if (snapshot) await onRest(snapshot, reader);
        stop();
        if (isOpen) controller.close();
        isOpen = false;
      };
      const endAtRest = async (snapshot: Snapshot | undefined) => {
        if (snapshot && isAtRest(snapshot.status)) await (ending ??= end(snapshot));
      };
      const poll = new StorePoll(async () => endAtRest(await reader.lookAgain()));
      const lastEventCame = async () => {
        const snapshot = await run.record.load().catch(() => undefined);
        // What is not in the store by now never will be.
        await (snapshot ? endAtRest(snapshot) : (ending ??= end(undefined)));
      };
      const unfollow = await run.listen(reader, () => void lastEventCame());
      stop = () => {
        poll.stop();
        unfollow();
        reader.close();
      };
      if (!isOpen) return stop();
      await endAtRest(await reader.open());
    },
    cancel: () => stop(),
  });
}

/**
 * As core's `observeStream()` shows a run: with the chunks that begin and end it, from chunk `offset` (0-based) on.
 * @param cache Mastra's server cache, which may have shown chunks just now
 */
export function observedStream(
  run: ObservedRun,
  cache: ListCache | undefined,
  offset: number,
): ReadableStream<RunChunk> {
  const { workflowId, runId } = run.record.identity;
  const open = () => {
    const stream = events(
      run,
      event => chunkOf(runId, event),
      async (snapshot, reader) => {
        const result = await run.result(snapshot);
        output.updateResults(result);
        if (result.status === 'failed' && !reader.hasFailure) output.rejectResults(result.error);
      },
    );
    const output = new WorkflowRunOutput({ workflowId, runId, stream });
    return output.fullStream;
  };
  return withoutFirst(open, Replayed.now(cache, runId), offset);
}

/** As core's `observeStreamLegacy()` shows a run. */
export function observedLegacyStream(
  run: ObservedRun,
  cache: ListCache | undefined,
): ReadableStream<RunChunk> {
  const replayed = Replayed.now(cache, run.record.identity.runId);
  return withoutFirst(() => events(run, legacyChunkOf, async () => {}), replayed, 0);
}

/** A stream without its first chunks, and without those that Mastra's server shows before it. */
function withoutFirst(
  open: () => ReadableStream<RunChunk>,
  replayed: Replayed | undefined,
  offset: number,
): ReadableStream<RunChunk> {
  let reader: ReadableStreamDefaultReader<RunChunk> | undefined;
  let left = offset;
  return new ReadableStream<RunChunk>({
    async pull(controller) {
      reader ??= open().getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        if (left-- > 0 || (await replayed?.has(value))) continue;
        return controller.enqueue(value);
      }
    },
    cancel: async () => reader?.cancel(undefined),
  });
}

/** As core's `stream()` makes a chunk of an event. */
function chunkOf(runId: string, event: RunEvent): object {
  const { type, from = 'WORKFLOW', payload, data, ...rest } = event;
  if (data !== undefined && payload === undefined) return { type, runId, from, data, ...rest };
  return { type, runId, from, payload: { stepName: payload?.id, ...payload } };
}

/** Core's older streams have the events of the steps, but not what steps write. */
function legacyChunkOf(event: RunEvent): object | undefined {
  if (isWritten(event)) return undefined;
  return { ...event, type: event.type.replace('workflow-', '') };
}
