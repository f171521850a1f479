import { reasonOf } from '../errors';
import { EntityType, createObservabilityContext } from '@mastra/core/observability';
import type { Context } from '../core-types';
import type { RunScope } from './scope';
import { SpanRef, type SpanOptions, derivedSpanId, derivedTraceId } from './span-ref';

/** A live span of Mastra's observability. */
export interface LiveSpan {
  isValid?: boolean;
  end(options?: object): void;
  error(options: object): void;
}

interface ObservabilityInstance {
  startSpan(options: object): LiveSpan;
  rebuildSpan(exported: object): LiveSpan;
}

function runSpan(
  run: { workflowId: string; runId: string; resourceId?: string },
  resumed = false,
): SpanOptions {
  const { workflowId, runId, resourceId } = run;
  return {
    type: 'workflow_run',
    name: `workflow run: '${workflowId}'${resumed ? ' (resumed)' : ''}`,
    entityType: EntityType.WORKFLOW_RUN,
    entityId: workflowId,
    entityName: workflowId,
    metadata: { runId, ...(resourceId ? { resourceId } : {}), ...(resumed ? { resumed } : {}) },
  };
}

/** How a span ends. */
export interface SpanEnd {
  output?: unknown;
  attributes?: Record<string, unknown>;
  error?: unknown;
}

/** Where a run hangs in somebody else's trace. */
export interface TraceParent {
  traceId?: string;
  spanId?: string;
  /** The run goes on after a suspension. */
  resumed?: boolean;
}

/**
 * The spans of one run. Steps' spans live inside their ops; the run's own and those of containers outlive ops, so they have
 * derived ids and are begun and ended in whichever op comes next, once (I2). Nothing here costs an op.
 */
export class RunTrace {
  private readonly instance?: ObservabilityInstance;
  /** The run's own span; undefined where tracing is off. */
  readonly root?: SpanRef;

  constructor(
    private readonly scope: RunScope,
    requestContext: Context,
    parent: TraceParent,
    input: unknown,
  ) {
    const { mastra, runId, workflowId, resourceId } = scope;
    this.instance = mastra.observability?.getSelectedInstance({ requestContext }) as
      ObservabilityInstance | undefined;
    if (!this.instance) return;
    const traceId = parent.traceId ?? derivedTraceId(runId);
    this.root = new SpanRef(traceId, derivedSpanId(scope.legName, 'run'), parent.spanId, {
      ...runSpan({ workflowId, runId, resourceId }, parent.resumed),
      input,
      tracingPolicy: scope.options.tracingPolicy,
      requestContext,
    });
  }

  /** The span of a run that this run is nested in, and that begins with it. */
  rootOf(run: { workflowId: string; runId: string }, parent: SpanRef | undefined): SpanRef | undefined {
    const traceId = this.root?.traceId;
    return traceId
      ? new SpanRef(traceId, derivedSpanId(run.runId, 'run'), parent?.id, runSpan(run))
      : undefined;
  }

  /** A span between ops. */
  child(
    parent: unknown,
    operationId: string,
    options: SpanOptions,
    path: readonly number[] = [],
  ): SpanRef | undefined {
    if (!this.instance || !(parent instanceof SpanRef)) return undefined;
    return new SpanRef(
      parent.traceId,
      derivedSpanId(this.scope.legName, operationId),
      parent.id,
      options,
      path,
    );
  }

  /** Begins a span; only ever inside an op. */
  begin(span: SpanRef, startedAt = Date.now()): void {
    this.attempt(() => {
      const { options, traceId, id: spanId, parentId: parentSpanId } = span;
      this.instance?.startSpan({ ...options, traceId, spanId, parentSpanId, startTime: new Date(startedAt) });
    });
  }

  /** Ends a span; only ever inside an op. */
  finish(span: SpanRef, end: SpanEnd, startedAt: number): void {
    this.attempt(() => {
      const live = this.live(span, startedAt);
      const attributes = { ...span.extra, ...end.attributes };
      if (end.error !== undefined) live?.error({ error: end.error, attributes });
      else live?.end({ output: end.output, attributes });
    });
  }

  /** The observability context of an op whose parent is a span between ops. */
  contextFor(parent: unknown): ReturnType<typeof createObservabilityContext> | undefined {
    if (!(parent instanceof SpanRef)) return undefined;
    return createObservabilityContext({ currentSpan: this.live(parent, Date.now()) } as never);
  }

  private live(span: SpanRef, startedAt: number): LiveSpan | undefined {
    const { options, traceId, id, parentId: parentSpanId } = span;
    return this.instance?.rebuildSpan({
      ...options,
      traceId,
      id,
      parentSpanId,
      startTime: new Date(startedAt),
    });
  }

  /** Observability being broken never fails a run. */
  private attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.scope.log.warn('A span could not be recorded; the run goes on.', {
        workflowId: this.scope.workflowId,
        runId: this.scope.runId,
        reason: reasonOf(error),
      });
    }
  }
}
