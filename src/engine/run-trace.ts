import { EntityType, createObservabilityContext } from '@mastra/core/observability';
import { RequestContext } from '@mastra/core/request-context';
import { reasonOf } from '../errors';
import type { Context } from '../core-types';
import type { TracingOptions } from '../wire/tracing-options';
import type { LegStart } from './leg-start';
import { type LiveSpan, LiveSpans, type SpanSource } from './live-spans';
import type { RunScope } from './scope';
import { SpanRef, type SpanOptions, derivedSpanId, derivedTraceId } from './span-ref';

interface TracedRun {
  workflowId: string;
  runId: string;
  resourceId?: string;
}

/** What a run's span says of its start. */
export interface RunBeginning {
  input?: unknown;
  requestContext?: Context;
  tracingPolicy?: unknown;
  /** Of a run that is not nested. */
  tracingOptions?: TracingOptions;
  /** Where the run goes on after a suspension: what is stored of the span until then. */
  resumed?: { spanId?: string; linked: boolean };
}

/** A run's span, as core would make it (source: @mastra/core, `Run._start` and its like). */
export function runSpan(run: TracedRun, beginning: RunBeginning): SpanOptions {
  const { workflowId, runId, resourceId } = run;
  const { resumed, tracingOptions, ...fields } = beginning;
  const again = resumed && { resumed: true, resumedFromSpanId: resumed.spanId };
  return {
    type: 'workflow_run',
    name: `workflow run: '${workflowId}'${resumed ? ' (resumed)' : ''}`,
    entityType: EntityType.WORKFLOW_RUN,
    entityId: workflowId,
    entityName: workflowId,
    metadata: { resourceId, runId, ...again, ...tracingOptions?.metadata },
    ...fields,
    tracingOptions,
    parentSpanId: resumed?.linked ? resumed.spanId : undefined,
    externalParentSpanId: tracingOptions?.parentSpanId,
  };
}

/** The parent's span of a nested workflow's step; begun and ended by the nested run. */
export function nestedStepSpan(stepId: string): SpanOptions {
  return {
    type: 'workflow_step',
    name: `workflow step: '${stepId}'`,
    entityType: EntityType.WORKFLOW_STEP,
    entityId: stepId,
  };
}

/** How a span ends. */
export interface SpanEnd {
  output?: unknown;
  attributes?: Record<string, unknown>;
  error?: Error;
}

/**
 * The spans of one run. Steps' spans live inside their ops; the run's own and those of containers outlive ops, so they have
 * derived ids and are begun and ended in whichever op comes next, once (I2). Nothing here costs an op.
 */
export class RunTrace {
  private readonly spans?: LiveSpans;
  /** The run's own span; undefined where tracing is off. */
  root?: SpanRef;
  /** Where the run goes on after a suspension. */
  resumed: RunBeginning['resumed'];
  private readonly settled = new Set<string>();

  constructor(
    private readonly scope: RunScope,
    /** The span that the run hangs below, where it is nested. */
    private readonly parent: SpanRef | undefined,
    private readonly beginning: RunBeginning,
  ) {
    const { requestContext } = beginning;
    const source = scope.mastra.observability?.getSelectedInstance({ requestContext }) as
      SpanSource | undefined;
    if (!source) return;
    this.spans = new LiveSpans(source);
    this.place(beginning.tracingOptions?.traceId ?? derivedTraceId(scope.legName), beginning);
  }

  private place(traceId: string, beginning: RunBeginning): void {
    const { parent, scope } = this;
    const id = derivedSpanId(scope.legName, 'run');
    const { workflowId, shownRunId: runId, resourceId } = scope;
    const options = runSpan({ workflowId, runId, resourceId }, beginning);
    this.root = new SpanRef(parent?.traceId ?? traceId, id, parent, options);
  }

  /**
   * A run that goes on after a suspension stays in its trace, below its span until then, unless its caller wants it elsewhere
   * (source: @mastra/core, `Run._resume`).
   */
  goOn({ traced, resume, requestContext: stored }: LegStart): void {
    if (!this.root) return;
    const { tracingOptions } = this.beginning;
    const { traceId, parentSpanId } = tracingOptions ?? {};
    const before = parentSpanId === undefined ? traced?.traceId : undefined;
    const linked = parentSpanId === undefined && (traceId === undefined || traceId === traced?.traceId);
    this.resumed = resume && { spanId: traced?.spanId, linked: linked && !this.parent };
    const given = this.beginning.requestContext?.entries() ?? [];
    const requestContext: Context = new RequestContext([...Object.entries(stored), ...given]);
    const input = resume ? (resume.resumePayload as unknown) : this.beginning.input;
    this.place(traceId ?? before ?? this.root.traceId, {
      ...this.beginning,
      input,
      requestContext,
      resumed: this.resumed,
    });
  }

  /** The run's input comes up in its first op. */
  beginWith(input: unknown): void {
    if (this.root) this.place(this.root.traceId, { ...this.beginning, input });
  }

  /** A span between ops. */
  child(
    parent: unknown,
    operationId: string,
    options: SpanOptions,
    path: readonly number[] = [],
  ): SpanRef | undefined {
    if (!this.spans || !(parent instanceof SpanRef)) return undefined;
    const id = derivedSpanId(this.scope.legName, operationId);
    const span = new SpanRef(parent.traceId, id, parent, options, path);
    span.isSettled = this.settled.has(operationId);
    return span;
  }

  /** Core is going to make this span, and an op of ours has begun and ended it already. */
  settle(operationId: string): void {
    this.settled.add(operationId);
  }

  /** Begins a span; only ever inside an op. */
  begin(span: SpanRef, startedAt = Date.now()): LiveSpan | undefined {
    return this.attempt(() => this.spans?.begin(span, startedAt));
  }

  /** A span that has begun before; only ever inside an op. `startedAt`: where it is known. */
  live(span: unknown, startedAt?: number): LiveSpan | undefined {
    return span instanceof SpanRef ? this.attempt(() => this.spans?.get(span, startedAt)) : undefined;
  }

  /** Ends a span; only ever inside an op. */
  finish(span: SpanRef, end: SpanEnd, startedAt?: number): void {
    this.attempt(() => {
      const live = this.spans?.get(span, startedAt);
      const attributes = { ...span.extra, ...end.attributes };
      if (end.error !== undefined) live?.error({ error: end.error, attributes });
      else live?.end({ output: end.output, attributes });
    });
  }

  /** Where the run is found in the traces; only ever inside an op. Undefined where nothing of it is exported. */
  get address(): { traceId: string; spanId: string } | undefined {
    const { root } = this;
    if (!root || this.live(root)?.isValid === false) return undefined;
    return { traceId: root.traceId, spanId: root.id };
  }

  /** What a user's callback gets of observability: loggers, metrics and the span it runs in; only ever inside an op. */
  contextOf(span: unknown): ReturnType<typeof createObservabilityContext> {
    const currentSpan = this.live(span);
    return createObservabilityContext(currentSpan && { currentSpan });
  }

  /** Observability being broken never fails a run. */
  private attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.scope.log.warn('A span could not be recorded; the run goes on.', {
        workflowId: this.scope.workflowId,
        runId: this.scope.runId,
        reason: reasonOf(error),
      });
      return undefined;
    }
  }
}
