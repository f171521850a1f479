import { reasonOf } from '../errors';
import type { LogReader } from '../log/event-log';
import { type PublishedEvent, logId } from '../realtime/channel';
import type { WarningLog } from '../realtime/lane';
import type { Snapshot } from '../snapshot/snapshot';
import type { StoryEvent } from './stored-story';

/** Pauses, in milliseconds, before a log that lacks what the store has is read again: it may be written a moment later. */
const CATCH_UP = [0, 50, 150];

/** A stored run and its stored events, in the order of causes. */
export interface StoredRun {
  snapshot: Snapshot;
  story: StoryEvent[];
}

/** What is known of a run's events at one moment. */
export interface KnownEvents {
  snapshot?: Snapshot;
  events: StoryEvent[];
}

/** Where the events of a run are read. */
export interface StorySources {
  /** The stored run; undefined where there is none. */
  stored: (known?: Snapshot) => Promise<StoredRun | undefined>;
  /** The run's log; missing where Mastra has no cache. */
  log?: LogReader<PublishedEvent>;
  warnings: WarningLog;
}

/** Reads the events of a run from its log, as long as that has all of them, and from the store. */
export class StorySource {
  /** The log has every event of the run, so its order is the order. */
  logIsWhole: boolean;

  constructor(private readonly sources: StorySources) {
    this.logIsWhole = sources.log !== undefined;
  }

  /** What the store has of the run. `known`: the run as it was just read. */
  async readStored(known?: Snapshot): Promise<KnownEvents> {
    const run = await this.sources.stored(known).catch((error: unknown) => {
      this.warn('The past of a run could not be read; only what happens from now on is shown.', error);
      return undefined;
    });
    return { snapshot: run?.snapshot, events: run?.story ?? [] };
  }

  /** What the store and the log have of the run, in one order. `isTold`: an event that the log need not have any more. */
  async readAll(isTold: (event: PublishedEvent) => boolean, known?: Snapshot): Promise<KnownEvents> {
    const { log } = this.sources;
    const { snapshot, events: story } = await this.readStored(known);
    if (!log || !this.logIsWhole) return { snapshot, events: story };
    const logged: StoryEvent[] = [];
    const ids = new Set<string>();
    try {
      for (const pause of CATCH_UP) {
        if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause));
        for (const { id, event } of await log.next()) {
          logged.push({ event, count: 1 });
          ids.add(id);
        }
        const lacks = story.some(
          ({ event, count }) => count === 1 && !ids.has(logId(event)) && !isTold(event),
        );
        // The order of the log is that of the stream.
        if (!lacks) return { snapshot, events: logged };
      }
    } catch (error) {
      this.warn('The log of a run could not be read; its events are taken from the store.', error);
    }
    this.logIsWhole = false;
    return { snapshot, events: [...story, ...logged] };
  }

  /** Tells what is new in the log, in the log's order. `areKnown`: whether it had all that the channel has brought. */
  async readOn(tell: (event: PublishedEvent) => Promise<void>, areKnown: () => boolean): Promise<void> {
    const { log } = this.sources;
    if (!log || !this.logIsWhole) return;
    try {
      for (const { event } of await log.next()) await tell(event);
      if (areKnown()) return;
      // The log may have been emptied since the last look.
      for (const { event } of await log.again()) await tell(event);
      this.logIsWhole = areKnown();
    } catch (error) {
      this.logIsWhole = false;
      this.warn('The log of a run could not be read; its events are taken from the channel.', error);
    }
  }

  private warn(message: string, error: unknown): void {
    this.sources.warnings.warn(message, { reason: reasonOf(error) });
  }
}
