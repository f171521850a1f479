import type { Mastra } from '@mastra/core';
import { Observability } from '@mastra/observability';

type ObservabilityOption = NonNullable<ConstructorParameters<typeof Mastra>[0]>['observability'];

export interface Recorded {
  id: string;
  traceId: string;
  parentSpanId?: string;
  externalParentSpanId?: string;
  name: string;
  type: string;
  startTime: Date;
  endTime?: Date;
  isRootSpan?: boolean;
  tags?: string[];
  input?: unknown;
  output?: unknown;
  attributes?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  requestContext?: unknown;
  errorInfo?: { message?: string };
  entityType?: string;
  entityId?: string;
  entityName?: string;
}

/** A span with all that observability exports of it, and those below. */
export interface Tree {
  name: string;
  below: Tree[];
  [field: string]: unknown;
}

/** Keeps what observability exports. */
export class Recorder {
  readonly name = 'recorder';
  readonly started: Recorded[] = [];
  readonly ended: Recorded[] = [];
  readonly logs: { message: string; span?: string }[] = [];
  async exportTracingEvent({ type, exportedSpan }: { type: string; exportedSpan: Recorded }): Promise<void> {
    if (type === 'span_started') this.started.push({ ...exportedSpan });
    if (type === 'span_ended') this.ended.push({ ...exportedSpan });
  }
  async onLogEvent({ log }: { log: { message: string; spanId?: string } }): Promise<void> {
    this.logs.push({ message: log.message, span: log.spanId });
  }
  async flush(): Promise<void> {}
  async shutdown(): Promise<void> {}

  clear(): void {
    for (const list of [this.started, this.ended, this.logs]) list.length = 0;
  }

  /** What user code logged, with the names of the spans that it was logged in. */
  get logged(): string[] {
    const nameOf = (id?: string) => this.started.find(span => span.id === id)?.name;
    const byUser = this.logs.filter(({ message }) => message.startsWith('logged: '));
    return byUser.map(({ message, span }) => `${message} in ${nameOf(span)}`).sort();
  }

  /** Trees of the spans that are no other's child here. */
  get trees(): Tree[] {
    const known = new Set(this.ended.map(({ id }) => id));
    return this.below(this.ended.filter(({ parentSpanId }) => !known.has(parentSpanId ?? '')));
  }

  private below(spans: Recorded[]): Tree[] {
    const trees = spans.map(span => ({
      ...this.comparable(span),
      below: this.below(this.ended.filter(({ parentSpanId }) => parentSpanId === span.id)),
    }));
    return trees.sort((left, right) => textOf(left).localeCompare(textOf(right)));
  }

  /** Without what differs from run to run: ids, times, stacks. */
  private comparable(span: Recorded): Omit<Tree, 'below'> & { name: string } {
    const { id: _id, traceId: _trace, startTime: _start, endTime: _end, parentSpanId, ...rest } = span;
    const { runId, resumedFromSpanId, ...metadata } = span.metadata ?? {};
    const attributes = { ...span.attributes };
    // Core makes these up anew in each process.
    if (String(attributes.entryId).startsWith('sleep_')) attributes.entryId = 'sleep';
    if (span.name === 'sleepUntil: dynamic') delete attributes.durationMs;
    return {
      ...JSON.parse(JSON.stringify(rest)),
      attributes: JSON.parse(JSON.stringify(attributes)),
      errorInfo: span.errorInfo?.message,
      metadata: { ...metadata, run: this.runOf(runId), resumedFrom: this.nameOf(resumedFromSpanId) },
      hangsBelow: parentSpanId === undefined ? undefined : this.nameOf(parentSpanId),
    };
  }

  /** Whether a span names the run that was started, as a step of it is given that run's id, or another. */
  private runOf(runId: unknown): string {
    const roots = this.started.filter(({ isRootSpan }) => isRootSpan);
    if (typeof runId !== 'string') return 'none';
    return roots.some(root => root.metadata?.runId === runId) ? 'the started run' : 'another run';
  }

  private nameOf(id: unknown): string | undefined {
    return id === undefined ? undefined : (this.started.find(span => span.id === id)?.name ?? 'unknown');
  }
}

function textOf(tree: object): string {
  return JSON.stringify(tree);
}

export const observability = (recorder: Recorder, config: object = {}): ObservabilityOption =>
  new Observability({
    configs: { default: { serviceName: 'test', exporters: [recorder as never], ...config } },
  }) as never;
