import { Problem } from '../errors';

/** A worker is refused: its socket is closed with the code and this reason, which the SDK logs. */
export class Refusal extends Problem {
  constructor(
    readonly code: number,
    reason: string,
  ) {
    super(reason);
  }
}

/** WebSocket close codes (RFC 6455, section 7.4.1). */
export const closeCodes = { goingAway: 1001, badData: 1007, policy: 1008 } as const;
