import type { ExecutionGraph } from '@mastra/core/workflows';
import type { RunResult } from '../core-types';
import { LogReader } from '../log/event-log';
import { type RunEvent, runChannel } from '../realtime/channel';
import { isEnd } from '../realtime/events';
import type { RunFollower } from '../realtime/pubsub';
import { type Snapshot, isAtRest, isTerminal } from '../snapshot/snapshot';
import type { RunParts } from './run-parts';
import { StorePoll } from './store-poll';
import { storyOf } from './stored-story';
import { StoryReader } from './story-reader';

/** A run as somebody watches it, wherever it executes. */
export class ObservedRun {
  readonly record: RunParts['record'];

  constructor(
    private readonly parts: RunParts,
    private readonly graph: ExecutionGraph,
    /** The result of the stored run, as `start()` gives it. */
    readonly result: (snapshot: Snapshot) => Promise<RunResult>,
  ) {
    this.record = parts.record;
  }

  /** A reader of the run's events. It reads nothing before it is opened. */
  reader(tell: (event: RunEvent) => unknown, { comesLate = true } = {}): StoryReader {
    const { record, log: warnings } = this.parts;
    const { workflowId, runId } = record.identity;
    const log = this.parts.logOf(runChannel(workflowId, runId));
    return new StoryReader({
      tell,
      stored: async known => {
        const snapshot = known ?? (await record.load());
        return snapshot && { snapshot, story: await storyOf(record, snapshot, this.graph.steps) };
      },
      log: log && new LogReader(log),
      warnings,
      comesLate,
    });
  }

  /** Follows the run's channel. Returns what stops it. */
  follow(follower: RunFollower): () => void {
    return this.parts.realtime.follow(this.record.identity.runId, follower);
  }

  /** Passes the channel's messages to a reader; `onEnd` is called at the last event of a leg. Resolves once they arrive, to what stops it. */
  async listen(reader: StoryReader, onEnd: () => void): Promise<() => void> {
    const unfollow = this.follow({
      receive: event => {
        reader.receive(event);
        if (isEnd(event)) onEnd();
      },
      interrupted: () => reader.interrupted(),
      resumed: () => reader.resumed(),
    });
    await this.ready();
    return unfollow;
  }

  /** Resolves once the channel's messages arrive. */
  async ready(): Promise<void> {
    await this.parts.realtime.ready();
  }

  /** Tells what the run has told and tells from now on, until it is stopped by what this returns. */
  watch(tell: (event: RunEvent) => void): () => void {
    const reader = this.reader(tell);
    const unfollow = this.follow(reader);
    void this.ready().then(async () => {
      const snapshot = await reader.open();
      if (snapshot && isTerminal(snapshot.status)) reader.tellEnd(snapshot);
    });
    const poll = new StorePoll(async () => {
      const snapshot = await reader.lookAgain();
      if (snapshot && isAtRest(snapshot.status)) reader.tellEnd(snapshot);
    });
    return () => {
      poll.stop();
      unfollow();
      reader.close();
    };
  }

  /** What the run told so far. */
  async toldSoFar(): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    const reader = this.reader(event => events.push(event));
    await reader.open();
    reader.close();
    return events;
  }
}
