/** A span of core's that lives outside ops: known by derived ids, begun and ended inside the ops that come next. */
import { createHash } from 'node:crypto';

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

  constructor(
    readonly traceId: string,
    readonly id: string,
    readonly parentId: string | undefined,
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
    return this.parentId;
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

function hex(length: number, ...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, length);
}
