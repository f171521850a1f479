import { createHash } from 'node:crypto';

/**
 * A UUID that is the same wherever it is computed from the same parts (I3, I5): run ids of nested workflows, the `stepCallId`
 * of events, the local server's apps and functions. The shape is that of RFC 9562 version 8 (custom content).
 */
export function derivedUuid(...parts: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The stored run id of the nested run that op `op` of a leg invokes: each try of it is a run of its own. */
export function invokedRunId(legName: string, op: string): string {
  return derivedUuid('nested-run', legName, op);
}
