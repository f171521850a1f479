/** A span of core's that lives outside ops: known by derived ids, begun and ended inside the ops that come next. */
import { createHash } from 'node:crypto';
import type { Span, SpanType } from '@mastra/core/observability';

/** Options of core's `createChildSpan`. */
export interface SpanOptions {
  name: string;
  type: string;
  input?: unknown;
  attributes?: Record<string, unknown>;
  [field: string]: unknown;
}

/** What core's handlers do with a span between ops. */
export class SpanRef {
  readonly isValid = true;
  readonly isInternal = false;
  readonly extra: Record<string, unknown> = {};
  /** Begun and ended by the op that it belongs to, so core's own beginning and end of it are nothing more. */
  isSettled = false;

  constructor(
    readonly traceId: string,
    readonly id: string,
    readonly parent: SpanRef | undefined,
    readonly options: SpanOptions,
    /** Place in the graph, for the times of what happened inside. */
    readonly path: readonly number[] = [],
  ) {}

  get externalTraceId(): string {
    return this.traceId;
  }

  /** Core adds attributes to a container's span while it runs; they are sent with its end. */
  update({ attributes }: { attributes?: Record<string, unknown> }): void {
    Object.assign(this.extra, attributes);
  }

  /** Core ends the run's span between ops; the run's last op does it instead. */
  end(): void {}
  error(): void {}

  getParentSpanId(): string | undefined {
    return this.parent?.id ?? (this.options.parentSpanId as string | undefined);
  }

  /** For core's handlers, which use no more of a span between ops than there is here. */
  asCoreSpan<T extends SpanType>(): Span<T> {
    return this as unknown as Span<T>;
  }

  /** The spans above, nearest first, up to that of the run. */
  get above(): SpanRef[] {
    const { parent } = this;
    if (!parent) return [];
    return parent.options.type === 'workflow_run' ? [parent] : [parent, ...parent.above];
  }
}

/** Trace id of a run that no caller gave one: 32 hex digits. */
export function derivedTraceId(runId: string): string {
  return hex(32, 'trace', runId);
}

/** The id of a span, the same on every replay: 16 hex digits. */
export function derivedSpanId(runId: string, operationId: string): string {
  return hex(16, 'span', runId, operationId);
}

/** A number from 0 to 1 (exclusive) that is the same wherever a trace is looked at. */
export function shareOfTrace(traceId: string): number {
  return parseInt(hex(12, 'sampled', traceId), 16) / 16 ** 12;
}

function hex(length: number, ...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, length);
}
