/** Core's live spans of spans that are known by derived ids. */
import type { AnySpan } from '@mastra/core/observability';
import { type SpanRef, shareOfTrace } from './span-ref';

/** A live span of Mastra's observability. */
export type LiveSpan = AnySpan;

/** Mastra's observability, with the hooks that its `startSpan` calls. */
export interface SpanSource {
  startSpan(options: object): LiveSpan;
  rebuildSpan(exported: object): LiveSpan;
  getConfig?(): { sampling?: { type?: string; probability?: number } };
  emitSpanStarted?(span: LiveSpan): void;
  shouldSample?(options: object): boolean;
}

type Hooks = Pick<SpanSource, 'emitSpanStarted' | 'shouldSample'>;

/**
 * A span is made again in every request that needs it, with all that it began with and below its real parents: from those come
 * its metadata, whether it is a root, whether the trace is sampled, and what its trace hides (`hideInput`).
 */
export class LiveSpans {
  private readonly known = new Map<string, LiveSpan>();
  private readonly begun = new Set<string>();

  constructor(private readonly source: SpanSource) {}

  /** Begins a span: the exporters hear of it. */
  begin(span: SpanRef, startedAt: number): LiveSpan {
    this.begun.add(span.id);
    const live = this.make(span, startedAt, {});
    this.known.set(span.id, live);
    return live;
  }

  /** A span that has begun, here or in an earlier request. `startedAt`: where it is known, in milliseconds since the epoch. */
  get(span: SpanRef, startedAt?: number): LiveSpan {
    const live = this.known.get(span.id) ?? this.again(span, startedAt ?? Date.now());
    this.known.set(span.id, live);
    if (startedAt !== undefined && !this.begun.has(span.id)) live.startTime = new Date(startedAt);
    return live;
  }

  private again(span: SpanRef, startedAt: number): LiveSpan {
    if (this.source.emitSpanStarted) return this.make(span, startedAt, { emitSpanStarted: () => {} });
    const { options, traceId, id } = span;
    const parentSpanId = span.getParentSpanId();
    return this.source.rebuildSpan({ ...options, traceId, id, parentSpanId, startTime: new Date(startedAt) });
  }

  private make(span: SpanRef, startedAt: number, hooks: Hooks): LiveSpan {
    const { options, traceId, id: spanId } = span;
    const parent = span.parent && this.get(span.parent);
    const given = { ...options, traceId, spanId, parent, startTime: new Date(startedAt) };
    if (parent) return withHooks(this.source, hooks, () => this.source.startSpan(given));
    const { requestContext, metadata } = options;
    const root = { ...given, customSamplerOptions: { requestContext, metadata } };
    const sampled = this.sampled(span);
    const all = sampled === undefined ? hooks : { ...hooks, shouldSample: () => sampled };
    return withHooks(this.source, all, () => this.source.startSpan(root));
  }

  /** A share of all traces is chosen by their ids, not by chance: every request of a run, in any process, chooses alike. */
  private sampled({ traceId }: SpanRef): boolean | undefined {
    const { sampling } = this.source.getConfig?.() ?? {};
    if (sampling?.type !== 'ratio') return undefined;
    const { probability } = sampling;
    // Core itself complains of a probability that is out of range.
    return probability !== undefined && probability >= 0 && probability <= 1
      ? shareOfTrace(traceId) < probability
      : undefined;
  }
}

/** Calls something synchronous, hence unseen by anybody else, while the source has other hooks of its own. */
function withHooks<T>(source: SpanSource, hooks: Hooks, call: () => T): T {
  const keys = Object.keys(hooks) as (keyof Hooks)[];
  const before = keys.map(key => Object.getOwnPropertyDescriptor(source, key));
  Object.assign(source, hooks);
  try {
    return call();
  } finally {
    keys.forEach((key, index) => {
      const own = before[index];
      if (own) Object.defineProperty(source, key, own);
      else Reflect.deleteProperty(source, key);
    });
  }
}
