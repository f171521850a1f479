/** However many runs are waited for, so that a thousand waiters do not ask for a thousand connections. */
const READS_AT_ONCE = 16;

let reading = 0;
const queue: (() => void)[] = [];

/** Does a read of the store when it is its turn among those of this process. */
export async function readInTurn<T>(read: () => Promise<T>): Promise<T> {
  if (reading >= READS_AT_ONCE) await new Promise<void>(resolve => queue.push(resolve));
  reading++;
  try {
    return await read();
  } finally {
    reading--;
    queue.shift()?.();
  }
}
