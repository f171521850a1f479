/** How long, in milliseconds, a call of a cache may take, and how long a cache that failed or took longer is not called. */
const LIMIT = 1000;
const COOLDOWN = 10_000;

const skippedUntil = new WeakMap<object, number>();

/** The cache does not answer: the caller goes on without the log. */
class LogUnavailable extends TypeError {
  override readonly name = 'LogUnavailable';
}

/**
 * Calls a cache with a time limit: clients of Redis hold a call for minutes while Redis is away, and a run must not wait for its
 * log. @throws LogUnavailable, or as the call does
 */
export async function withinLimit<T>(cache: object, call: () => Promise<T>): Promise<T> {
  if (Date.now() < (skippedUntil.get(cache) ?? 0))
    throw new LogUnavailable('The cache is left alone for 10 s after it failed.');
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // On a busy machine the answer may have come and not been read: that is done before this.
      setImmediate(() => reject(new LogUnavailable(`The cache did not answer within ${LIMIT} ms.`)));
    }, LIMIT);
  });
  try {
    return await Promise.race([call(), tooLong]);
  } catch (error) {
    skippedUntil.set(cache, Date.now() + COOLDOWN);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
