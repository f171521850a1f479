import { CHECK_TIMES } from '../../src/run/arrival';
import { REAL_SERVER } from './real-server';

/** Has runs of this process asked after soon: the local server takes an event in at once, which the real one may not. */
export function lookSoon(): void {
  if (!REAL_SERVER) Object.assign(CHECK_TIMES, { first: 1_000, dropped: 5_000, settling: 3_000 });
}
