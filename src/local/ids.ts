import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';

// One call into the system per 4096 bytes: several ids are made for every request.
const pool = Buffer.alloc(4096);
let used = pool.length;

function randomBytes(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

/** Makes ULIDs that sort in the order they were made, also within one millisecond. */
export function ulidFactory(now: () => number): () => string {
  const next = monotonicFactory(() => randomBytes(4).readUInt32LE() / 2 ** 32);
  return () => next(now());
}

/** Short, random, lower-case: what a job is called in headers. */
export function randomId(): string {
  return BigInt(`0x${randomBytes(9).toString('hex')}`)
    .toString(36)
    .slice(0, 13);
}

export function spanId(bytes: 8 | 16): string {
  return randomBytes(bytes).toString('hex');
}

export const ACCOUNT_ID = '00000000-0000-4000-a000-000000000000';
export const ENV_ID = '00000000-0000-4000-b000-000000000000';
