import { EventLog, type ListCache } from '../log/event-log';
import type { InngestPort } from '../sdk/port';
import type { PublishedEvent } from './channel';
import type { WarningLog, Wire } from './lane';

/** The part of a Mastra that events need. */
export interface EventHost {
  getServerCache?(): ListCache | undefined;
  getLogger?(): { warn(message: string, details?: Record<string, unknown>): void } | undefined;
}

/** The log of a run's channel, in the server cache of its Mastra; undefined where there is none. */
export function logOf(mastra: EventHost | undefined, channel: string): EventLog<PublishedEvent> | undefined {
  const cache = mastra?.getServerCache?.();
  return cache && new EventLog<PublishedEvent>(cache, channel);
}

/** A Mastra whose events are kept in another cache than its own; `false` for none. */
export function withCache(
  host: EventHost | undefined,
  cache: ListCache | false | undefined,
): EventHost | undefined {
  if (!host || cache === undefined) return host;
  return { getServerCache: () => cache || undefined, getLogger: () => host.getLogger?.() };
}

/** The logger that a Mastra has when something is to be said, for warnings alone. */
export function warningLog(mastra: EventHost | undefined): WarningLog {
  return { warn: (message, details) => mastra?.getLogger?.()?.warn(message, details) };
}

/** How the events of a Mastra's runs leave the process. */
export function wireOf(port: InngestPort, host: EventHost | undefined): Wire {
  return { port, log: warningLog(host), logOf: channel => logOf(host, channel) };
}
