import { REAL_SERVER } from '../support/real-server';

/** What one run of each scenario may cost. Bytes have some room: they hold times, whose digits vary. */
export interface Limits {
  ops: number;
  requests: number;
  bytesToApp: number;
  bytesFromApp: number;
  publishes: number;
  writes: number;
  writtenBytes: number;
}

function limits(
  ...[ops, requests, bytesToApp, bytesFromApp, publishes, writes, writtenBytes]: number[]
): Limits {
  return { ops, requests, bytesToApp, bytesFromApp, publishes, writes, writtenBytes } as Limits;
}

/** Bytes to the app, per request of a child, that a real server spends on who invoked it. */
const INVOKER = REAL_SERVER ? 600 : 0;

/** By checkpointing, then by scenario. An event names its app: some 20 bytes, twice in each request. */
export const LIMITS: Record<'on' | 'off', Record<string, Limits>> = {
  on: {
    'sequential-10': limits(11, 1, 920, 11_300, 32, 12, 6_500),
    'sequential-100': limits(101, 1, 920, 101_000, 302, 102, 57_000),
    'dountil-10': limits(11, 1, 920, 11_700, 32, 13, 17_200),
    'parallel-10': limits(11, 12, 12_800, 7_500, 32, 13, 7_000),
    'foreach-10': limits(11, 1, 1_140, 11_400, 15, 13, 26_500),
    branch: limits(3, 1, 920, 3_300, 5, 4, 2_350),
    nested: limits(7, 3, 5_080 + INVOKER, 7_600, 20, 7, 6_100),
  },
  off: {
    'sequential-10': limits(11, 12, 20_500, 4_000, 32, 12, 6_500),
    'sequential-100': limits(101, 102, 815_000, 35_500, 302, 102, 57_000),
    'dountil-10': limits(11, 12, 21_500, 3_700, 32, 13, 17_200),
    'parallel-10': limits(11, 13, 16_000, 6_700, 32, 13, 7_000),
    'foreach-10': limits(11, 12, 22_950, 3_900, 15, 13, 26_500),
    branch: limits(3, 4, 4_500, 1_300, 5, 4, 2_350),
    nested: limits(7, 9, 18_700 + 4 * INVOKER, 3_600, 20, 7, 6_100),
  },
};
