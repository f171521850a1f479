/** The real server's limits, in bytes unless named otherwise. */
export const limits = {
  stepOutput: 4 * 2 ** 20,
  response: 8 * 2 ** 20,
  request: 4 * 2 ** 20,
  state: 32 * 2 ** 20,
  event: 3 * 2 ** 20,
  events: 5000,
  realtimeMessage: 512 * 2 ** 10,
  /** Functions that a run may defer, and the bytes of all that they are given. */
  defers: 20,
  deferred: 4 * 2 ** 20,
  /** Steps one answer may report. */
  steps: 1000,
} as const;
