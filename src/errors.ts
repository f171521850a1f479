/**
 * Every error of this package: one branded class with a stable `code`, and where it happened.
 * Messages say what happened, where (workflow, run, step) and what to do.
 */

/** Stable identifiers of the failures that this package reports. */
export type ErrorCode =
  | 'AGENT_NOT_FOUND'
  | 'APP_NOT_LOADED'
  | 'CLIENT_IN_USE'
  | 'CLIENT_NOT_POINTED'
  | 'CLOSURES_MISSING'
  | 'DUPLICATE_FUNCTION_ID'
  | 'FOREIGN_RUN'
  | 'GRAPH_CHANGED'
  | 'INVALID_AGENT_OPTION'
  | 'INVALID_ARGUMENTS'
  | 'INVALID_CLIENT'
  | 'INVALID_EVENT_DATA'
  | 'INVALID_LOCK'
  | 'INVALID_SERVE_OPTION'
  | 'INVALID_WORKFLOW_OPTION'
  | 'MASTRA_NOT_REGISTERED'
  | 'MISSING_SIGNING_KEY'
  | 'NESTED_STEP_TOOLS'
  | 'NOTHING_TO_SERVE'
  | 'NOT_IN_APP'
  | 'OUTPUT_NOT_SERIALIZABLE'
  | 'OUTPUT_TOO_LARGE'
  | 'REALTIME_FAILED'
  | 'RUNS_NOT_READ'
  | 'RUN_ACTIVE'
  | 'RUN_CANCELED'
  | 'RUN_CONFLICT'
  | 'RUN_IS_OVER'
  | 'RUN_NOT_FOUND'
  | 'RUN_NOT_ACTIVE'
  | 'RUN_NOT_SUSPENDED'
  | 'RUN_WAITS'
  | 'SCHEDULE_IN_CODE'
  | 'SDK_MISMATCH'
  | 'SEND_FAILED'
  | 'SNAPSHOT_NOT_STORED'
  | 'START_DROPPED'
  | 'STEP_AMBIGUOUS'
  | 'STEP_NOT_SUSPENDED'
  | 'TEST_APP_STOPPED'
  | 'TIME_TRAVEL_IMPOSSIBLE'
  | 'UNCOMMITTED_WORKFLOW'
  | 'UNKNOWN_AGENT_GRAPH'
  | 'UNSUPPORTED_SDK_VERSION'
  | 'WRONG_MOUNT';

/** Where a failure happened. Every field is optional, because not every failure has a run. */
export interface ErrorPlace {
  workflowId?: string;
  runId?: string;
  stepId?: string;
  /** JSON path below the step's output (or the event's data), e.g. `$.user.createdAt`. */
  path?: string;
}

/** The HTTP status with which Mastra's server answers a request that fails with the code; 500 for all others. */
const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  GRAPH_CHANGED: 409,
  INVALID_ARGUMENTS: 400,
  INVALID_EVENT_DATA: 400,
  RUN_ACTIVE: 409,
  RUN_CONFLICT: 409,
  RUN_NOT_ACTIVE: 409,
  RUN_NOT_FOUND: 404,
  RUN_NOT_SUSPENDED: 409,
  SCHEDULE_IN_CODE: 409,
  START_DROPPED: 409,
  STEP_AMBIGUOUS: 400,
  STEP_NOT_SUSPENDED: 400,
  TIME_TRAVEL_IMPOSSIBLE: 400,
};

// `Symbol.for` so that two copies of the package (ESM and CJS, or two versions) recognise each other's errors.
const BRAND = Symbol.for('@mastra/inngest.error');

/**
 * The one error class of `@mastra/inngest`; tell failures apart by `code`.
 * @example
 * await run.resume({ resumeData }).catch(error => {
 *   if (!MastraInngestError.is(error) || error.code !== 'RUN_CONFLICT') throw error;
 * });
 */
export class MastraInngestError extends Error {
  override readonly name: string = 'MastraInngestError';
  readonly code: ErrorCode;
  /** Core's id of the same error, where core has one. */
  readonly id?: string;
  readonly workflowId?: string;
  readonly runId?: string;
  readonly stepId?: string;
  readonly path?: string;

  constructor(
    code: ErrorCode,
    message: string,
    place: ErrorPlace = {},
    options?: { cause?: unknown; id?: string },
  ) {
    super(message, options);
    this.code = code;
    if (options?.id !== undefined) this.id = options.id;
    Object.defineProperty(this, BRAND, { value: true });
    for (const [key, value] of Object.entries(place) as [string, string | undefined][]) {
      if (value !== undefined) Object.assign(this, { [key]: value });
    }
  }

  /** The HTTP status that Mastra's server answers with; undefined for 500. */
  get status(): number | undefined {
    return HTTP_STATUS[this.code];
  }

  /** True for an error of any loaded copy of this package. */
  static is(error: unknown): error is MastraInngestError {
    return typeof error === 'object' && error !== null && BRAND in error;
  }
}

/**
 * An error that Inngest must not retry. Both SDK majors look at the name alone, so no class of theirs is needed
 * (Inngest documentation, "Non-retriable errors").
 */
export class FinalError extends MastraInngestError {
  override readonly name = 'NonRetriableError';
}

/** The message of whatever was thrown, for a log. Converting it to a text may throw once more. */
export function reasonOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something that has no text';
  }
}
