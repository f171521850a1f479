/** The spans of a run, and of the runs that it is nested in, as those runs make them. */
import { RequestContext } from '@mastra/core/request-context';
import type { Context } from '../core-types';
import { RunTrace, nestedStepSpan, runSpan } from '../engine/run-trace';
import type { RunScope } from '../engine/scope';
import { SpanRef } from '../engine/span-ref';
import type { Ancestor, StartRequest } from '../wire/start-event';
import { shownRunId } from './lineage';

/** An ancestor's own span, and that of its step which is the next run. */
export interface AncestorSpans {
  root?: SpanRef;
  step: SpanRef;
}

/** The trace of a run, and the spans above it. */
export function tracedRun(
  scope: RunScope,
  start: StartRequest,
): { trace: RunTrace; above: readonly AncestorSpans[] } {
  // As it is now: what steps set in theirs comes later than the spans that are made from this.
  const requestContext: Context = new RequestContext(Object.entries(start.requestContext));
  const above = ancestorSpans(scope.ancestors, start, requestContext);
  const trace = new RunTrace(scope, above.at(-1)?.step, {
    input: start.leg?.kind === 'restart' ? undefined : start.inputData,
    requestContext,
    tracingPolicy: scope.options.tracingPolicy,
    tracingOptions: above.length > 0 ? undefined : start.tracingOptions,
  });
  return { trace, above };
}

/** Outermost first; none where the parent is not traced. */
function ancestorSpans(
  ancestors: readonly Ancestor[],
  start: StartRequest,
  requestContext: Context,
): AncestorSpans[] {
  const all: AncestorSpans[] = [];
  for (const [depth, ancestor] of ancestors.entries()) {
    if (!ancestor.span) return [];
    const { traceId, id, above, resumed, tracingPolicy, attributes } = ancestor.span;
    const isInner = ancestor === ancestors.at(-1);
    // Where nothing of the ancestor was executed, what is nested in it has its input, except for an item of a foreach.
    const hasInput = ancestor.first && ancestors.slice(depth).every(({ emits }) => emits);
    const tracingOptions = all.length === 0 ? start.tracingOptions : undefined;
    const beginning = { input: hasInput ? start.inputData : undefined, requestContext, tracingPolicy };
    const run = { ...ancestor, runId: shownRunId(ancestor, ancestors.slice(0, depth)) };
    let parent = all.at(-1)?.step;
    let root: SpanRef | undefined;
    for (const span of above.toReversed()) {
      const options = root
        ? { type: span.type, name: span.type, tracingPolicy }
        : runSpan(run, { ...beginning, tracingOptions, resumed });
      parent = new SpanRef(traceId, span.id, parent, options);
      root ??= parent;
    }
    const input: unknown = isInner || hasInput ? (ancestor.stepInfo?.payload ?? start.inputData) : undefined;
    const options = { ...nestedStepSpan(ancestor.stepId), ...beginning, input, attributes };
    all.push({ root, step: new SpanRef(traceId, id, parent, options) });
  }
  return all;
}
