/** How long, in milliseconds, a call of a cache may take, and for how long a cache that failed or took longer is left alone. */
const LIMIT = 1000;
const REST = 10_000;

const restsUntil = new WeakMap<object, number>();

/** A cache that does not answer: the caller goes on without the log. */
class LogUnavailable extends TypeError {
  override readonly name = 'LogUnavailable';
}

/**
 * Calls a cache, and does not wait for one that is away: clients of Redis keep what they are asked for minutes, and a run must not
 * wait for its log. @throws LogUnavailable, or as the call does
 */
export async function withinLimit<T>(cache: object, call: () => Promise<T>): Promise<T> {
  if (Date.now() < (restsUntil.get(cache) ?? 0))
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
    restsUntil.set(cache, Date.now() + REST);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
