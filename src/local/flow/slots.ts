/** Something of which only so many may be held at a time. */
export interface Slot {
  id: string;
  limit: number;
}

/** Counts who holds what. Holders of one id may have different limits, as functions that share a key do. */
export class Slots {
  readonly #held = new Map<string, number>();

  /** Whether each of these can be taken. */
  free(slots: readonly Slot[]): boolean {
    return slots.every(({ id, limit }) => (this.#held.get(id) ?? 0) < limit);
  }

  take(slots: readonly Slot[]): void {
    for (const { id } of slots) this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
  }

  giveBack(slots: readonly Slot[]): void {
    for (const { id } of slots) {
      const left = (this.#held.get(id) ?? 0) - 1;
      if (left > 0) this.#held.set(id, left);
      else this.#held.delete(id);
    }
  }
}
