import { afterEach, beforeEach, vi } from 'vitest';

/**
 * For the tests of this file only `advance()` moves the local server's time: what a slow machine takes for a test is
 * then nothing that a sleep, a timeout or a token could notice. Timers go on as ever.
 */
export function stillClock(): void {
  beforeEach(() => void vi.setSystemTime(Date.now()));
  afterEach(() => void vi.useRealTimers());
}
