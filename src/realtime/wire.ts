import { EventLog, type ListCache } from '../log/event-log';
import type { InngestPort } from '../sdk/port';
import type { PublishedEvent } from './channel';
import type { WarningLog, Wire } from './lane';

/** The part of a Mastra that events need. */
export interface EventHost {
  getServerCache?(): ListCache | undefined;
  getLogger?(): { warn(message: string, details?: Record<string, unknown>): void } | undefined;
}

/** The part of a workflow that says where its runs' events are kept. */
export interface EventSource {
  readonly mastra: EventHost | undefined;
  /** The cache that keeps them, if not Mastra's server cache; `false` for none. */
  readonly eventCache?: ListCache | false;
}

/** The log of a run's channel; undefined where nothing keeps one. */
export function logOf(
  { mastra, eventCache = mastra?.getServerCache?.() }: EventSource,
  channel: string,
): EventLog<PublishedEvent> | undefined {
  return eventCache ? new EventLog<PublishedEvent>(eventCache, channel) : undefined;
}

/** The logger that a Mastra has when something is to be said, for warnings alone. */
export function warningLog(mastra: EventHost | undefined): WarningLog {
  return { warn: (message, details) => mastra?.getLogger?.()?.warn(message, details) };
}

/** How the events of a workflow's runs leave the process. */
export function wireOf(port: InngestPort, source: EventSource): Wire {
  return { port, log: warningLog(source.mastra), logOf: channel => logOf(source, channel) };
}
