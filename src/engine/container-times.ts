import type { RunContextState } from '../core-types';

/** A step's result, or what else an op remembers of its times. */
interface Timed {
  startedAt?: number | undefined;
  endedAt?: number | undefined;
  suspendedAt?: number | undefined;
}

interface Span {
  startedAt: number;
  endedAt?: number;
}

/**
 * When the ops of one entry began and ended. Core stamps a foreach's result with the clock of whichever request ends it;
 * on a durable engine that is a replay, so the remembered times of its ops are used instead.
 */
export class ContainerTimes {
  private readonly spans = new Map<string, Span>();

  /** `begun`: when the run's event was made; what nothing else dates is dated by it. */
  constructor(private readonly begun: number) {}

  /** Takes in the times of one finished op. */
  record(context: RunContextState, { startedAt, endedAt, suspendedAt }: Timed): void {
    if (startedAt === undefined) return;
    const key = context.executionPath.join('.');
    const span = this.spans.get(key);
    this.spans.set(key, {
      startedAt: Math.min(span?.startedAt ?? startedAt, startedAt),
      endedAt: Math.max(span?.endedAt ?? 0, endedAt ?? suspendedAt ?? startedAt),
    });
  }

  /** The end of the last op that is done: the time of what happens without an op. */
  latest(): Span {
    const ends = [...this.spans.values()].map(span => span.endedAt ?? span.startedAt);
    const time = Math.max(this.begun, ...ends);
    return { startedAt: time, endedAt: time };
  }

  /** When the first op at or below a place in the graph began. */
  beganWithin(path: readonly number[]): number | undefined {
    const place = path.join('.');
    const starts = [...this.spans]
      .filter(([key]) => key === place || key.startsWith(`${place}.`))
      .map(([, span]) => span.startedAt);
    return starts.length > 0 ? Math.min(...starts) : undefined;
  }

  /** From the first op's start to the last op's end. */
  of(context: RunContextState): Span | undefined {
    return this.spans.get(context.executionPath.join('.'));
  }
}
