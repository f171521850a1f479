import { unref } from '../unref';

/** However many runs are waited for, so that a thousand waiters do not ask for a thousand connections. */
const READS_AT_ONCE = 16;
/** How long, in milliseconds, a read keeps others waiting: a connection that is gone may never answer. */
const LONGEST_TURN = 10_000;

let reading = 0;
const queue: (() => void)[] = [];

/** Does a read of the store when it is its turn among those of this process. */
export async function readInTurn<T>(read: () => Promise<T>): Promise<T> {
  if (reading >= READS_AT_ONCE) await new Promise<void>(resolve => queue.push(resolve));
  const end = beginTurn();
  try {
    return await read();
  } finally {
    end();
  }
}

/** Returns what ends the turn; it ends by itself after `LONGEST_TURN`. */
function beginTurn(): () => void {
  let isOver = false;
  const end = () => {
    clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    reading--;
    queue.shift()?.();
  };
  const timer = setTimeout(end, LONGEST_TURN);
  unref(timer);
  reading++;
  return end;
}
