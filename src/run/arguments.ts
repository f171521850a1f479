import { RequestContext } from '@mastra/core/request-context';
import type { Context, ExecuteParams } from '../core-types';
import type { TracingOptions } from '../wire/tracing-options';
import { MastraInngestError } from '../errors';
import type { OutputOptions } from './result';

/** The arguments that all methods which execute a run share. */
export interface ExecutionArguments {
  requestContext?: Context;
  outputOptions?: OutputOptions;
  perStep?: boolean;
  actor?: ExecuteParams['actor'];
  tracingOptions?: TracingOptions;
  /** The caller's span: the run's parent in the trace. */
  tracingContext?: { currentSpan?: CallerSpan };
}

/** A live span of core's, as far as it can be the parent of a run in another process. */
interface CallerSpan {
  id: string;
  isValid: boolean;
  externalTraceId?: string;
}

/** The trace options of a run: as in core, a span of the caller's wins over the options. */
export function tracingOptionsOf({
  tracingOptions,
  tracingContext,
}: ExecutionArguments): TracingOptions | undefined {
  const span = tracingContext?.currentSpan;
  if (!span?.isValid || !span.externalTraceId) return tracingOptions;
  return { ...tracingOptions, traceId: span.externalTraceId, parentSpanId: span.id };
}

/** What core's public methods pass to `_start`. */
export interface StartArguments extends ExecutionArguments {
  inputData?: unknown;
  initialState?: unknown;
}

/** A step as a caller names it: `'a.b'`, `['a', 'b']`, a Step, or Steps from the outermost in. */
export type StepArgument = string | { id: string } | (string | { id: string })[];

/** What core's public methods pass to `_resume`. */
export interface ResumeArguments extends ExecutionArguments {
  resumeData?: unknown;
  step?: StepArgument;
  label?: string;
  forEachIndex?: number;
  retryCount?: number;
  /** Set by `resumeStream()`, whose stream closes itself. */
  isVNext?: boolean;
}

/** What core's public methods pass to `_timeTravel`. */
export interface TravelArguments extends ExecutionArguments {
  step: StepArgument;
  inputData?: unknown;
  resumeData?: unknown;
  initialState?: unknown;
  context?: Record<string, unknown>;
  nestedStepsContext?: Record<string, Record<string, unknown>>;
}

/** The ids on the way to a step, outermost first. */
export function stepPath(step: StepArgument | undefined): string[] | undefined {
  if (step === undefined) return undefined;
  const parts = typeof step === 'string' ? step.split('.') : [step].flat();
  return parts.map(part => (typeof part === 'string' ? part : part.id));
}

/**
 * Checks that a call of `method` was given an object, since JavaScript may pass anything; nothing means no arguments.
 * @throws MastraInngestError `INVALID_ARGUMENTS`
 */
export function argumentsOf<T>(method: string, args: T | undefined): T {
  const given: unknown = args === undefined ? {} : args;
  if (typeof given === 'object' && given !== null) return withContext(given) as T;
  const what = args === null ? 'null' : `a ${typeof given}`;
  throw new MastraInngestError(
    'INVALID_ARGUMENTS',
    `run.${method}() takes an object, such as { ${EXAMPLES[method] ?? 'step'} }, but was given ${what}.`,
  );
}

const EXAMPLES: Record<string, string> = {
  start: 'inputData',
  startAsync: 'inputData',
  stream: 'inputData',
  streamLegacy: 'inputData',
  resume: 'resumeData',
  resumeAsync: 'resumeData',
  resumeStream: 'resumeData',
  restart: 'requestContext',
  observeStream: 'offset',
};

/** Core accepts a Map as a request context. */
function withContext(args: { requestContext?: unknown }): object {
  const { requestContext } = args;
  if (!(requestContext instanceof Map)) return args;
  return { ...args, requestContext: new RequestContext(requestContext as Map<string, unknown>) };
}
