/** Events a second that are more than anybody reads as they come. */
const UNREADABLE = 25;

/** For how many milliseconds events are gathered into one message. */
export interface Gathering {
  /** 0 for none. */
  least: number;
  /** Where they come faster than anybody reads. */
  most: number;
}

/** How long a channel's next message is gathered: longer and longer while more comes than anybody reads, briefly after a silence. */
export class Pace {
  private current: number;
  private sentAt = -Infinity;

  constructor(private readonly gathering: Gathering) {
    this.current = gathering.least;
  }

  /** Milliseconds. `now`: in milliseconds, of any one clock. */
  next(now: number): number {
    if (now - this.sentAt > this.current) this.current = this.gathering.least;
    return this.current;
  }

  /** A message of so many events was gathered in `next`, and is sent now. */
  sent(events: number, now: number): void {
    const { least, most } = this.gathering;
    const isUnreadable = events * 1000 > UNREADABLE * this.current;
    this.current = isUnreadable ? Math.min(this.current * 2, most) : least;
    this.sentAt = now;
  }
}
