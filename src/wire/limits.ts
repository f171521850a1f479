/** Limits of Inngest, in bytes of UTF-8 JSON, which are checked before something is sent. Source: Inngest documentation, "Usage limits". */
export const LIMITS = {
  /** One step's output. */
  stepOutput: 4 * 1024 * 1024,
  /** One realtime message; the server cuts a longer one without a word. */
  realtimeMessage: 512 * 1024,
} as const;

/** Size in bytes of a value as JSON. */
export function jsonSize(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
