/**
 * inngest 3.50 recognises an error that must not be retried by its class only; from 3.51 on the name is enough. The class belongs to
 * the app's copy of the SDK, which we can't import. But the SDK itself makes such an error when it calls an `onFailure` handler, so one
 * such execution is built, never run, and its error's class is taken. 3.50.0 will not change any more.
 */
import type { ServableFunction } from './port';
import { MastraInngestError } from '../errors';

type FinalErrorClass = new (message: string, options: { cause?: unknown }) => Error;
type FunctionClass = new (
  client: unknown,
  options: object,
  handler: () => void,
) => {
  createExecution(options: object): { fnArg: { error?: Error } };
};

/** Rethrows what a body throws as the SDK's own class where its name says that it is final. */
export type FinalErrors = <T>(body: () => Promise<T>) => Promise<T>;

/** For versions that look at the name. */
export const byName: FinalErrors = body => body();

/** For 3.50. `sample`: a function that the client made. */
export function byClass(client: unknown, sample: ServableFunction): FinalErrors {
  const OwnClass = finalErrorClass(client, sample.constructor as FunctionClass);
  return async body => {
    try {
      return await body();
    } catch (thrown) {
      const error = thrown as Error | undefined;
      if (error?.name !== 'NonRetriableError' || thrown instanceof OwnClass) throw thrown;
      throw Object.setPrototypeOf(error, OwnClass.prototype as object);
    }
  };
}

function finalErrorClass(client: unknown, InngestFunction: FunctionClass): FinalErrorClass {
  const ignored = () => {};
  const probe = new InngestFunction(client, { id: 'probe', triggers: [], onFailure: ignored }, ignored);
  const failure = { name: 'NonRetriableError', message: 'probe', stack: '' };
  const { error } = probe.createExecution({
    version: 2,
    partialOptions: {
      client,
      runId: 'probe',
      data: { event: { name: 'probe', data: { error: failure } } },
      stepState: {},
      stepCompletionOrder: [],
      reqArgs: [],
      headers: {},
      isFailureHandler: true,
    },
  }).fnArg;
  if (error?.name === 'NonRetriableError') return error.constructor as FinalErrorClass;
  throw new MastraInngestError(
    'UNSUPPORTED_SDK_VERSION',
    'This copy of inngest 3.50 can not be told that an error is final. Install inngest@^3.51.',
  );
}
