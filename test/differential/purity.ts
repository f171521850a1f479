/** Tells what a replay does that others could see (I2): calls of user code, writes to the store, requests to Inngest. */
import { AsyncLocalStorage } from 'node:async_hooks';

// By AsyncLocalStorage: many runs share one process, and an effect must be blamed on the replay that caused it.
const replaying = new AsyncLocalStorage<string[]>();

/** To be called wherever something observable happens. */
export function observed(effect: string): void {
  replaying.getStore()?.push(effect);
}

/** Runs `body` as a replay; the list fills with what it does, also later on. */
export async function asReplay<T>(body: () => Promise<T>): Promise<{ value: T; effects: string[] }> {
  const effects: string[] = [];
  return { value: await replaying.run(effects, body), effects };
}
