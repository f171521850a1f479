const brand = Symbol.for('@mastra/inngest/local.error');

/** What went wrong, for code that has to decide what to do next. */
export type LocalServerErrorCode =
  | 'ADDRESS_IN_USE'
  | 'ADDRESS_UNAVAILABLE'
  | 'APP_UNREACHABLE'
  | 'APP_REFUSED'
  | 'FILE_IN_USE'
  | 'INVALID_OPTION'
  | 'INVALID_DURATION'
  | 'INVALID_EXPRESSION'
  | 'NOT_SETTLED'
  | 'SERVER_UNREACHABLE'
  | 'STOPPED'
  | 'UNKNOWN_FUNCTION'
  | 'UNKNOWN_RUN';

/**
 * The one error class the local server throws. `remedy` is a sentence that says what to do;
 * it is also the last line of `message`.
 */
export class LocalServerError extends Error {
  readonly [brand] = true;
  readonly code: LocalServerErrorCode;
  readonly remedy: string | undefined;

  constructor(
    code: LocalServerErrorCode,
    message: string,
    options: { remedy?: string; cause?: unknown } = {},
  ) {
    super(
      options.remedy ? `${message} ${options.remedy}` : message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'LocalServerError';
    this.code = code;
    this.remedy = options.remedy;
  }

  /** Recognizes the class across copies of this package, where `instanceof` fails. */
  static is(value: unknown): value is LocalServerError {
    return typeof value === 'object' && value !== null && brand in value;
  }
}

/**
 * Something a client or an app did wrong: it becomes an answer or the end of a run, and never leaves the server.
 */
export abstract class Problem extends Error {
  override readonly name = 'Problem';
}

/** A request to an app broke off, and is to be tried again at this time (ms since 1970), whatever the server's delays are. */
export class ConnectionLost extends Problem {
  constructor(readonly retryAt: number) {
    super('The connection to the app was lost.');
  }
}

/** A connected app could not be given a request, or did not answer it: the run fails with this message, or tries again. */
export class NoAnswer extends Problem {}

/** Runs work whose failure may end nothing else: it becomes a warning of the process. */
export function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    process.emitWarning(`Local Inngest server: ${messageOf(error)}`, {
      detail: (error as Error).stack ?? '',
    });
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
