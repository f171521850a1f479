/** When things happen in one run: drawn from a seed, so that a failing run can be played again. */

export interface Schedule {
  seed: number;
  /** All processes share a cache; else each has its own. */
  shared: boolean;
  /** Longest delay, in milliseconds, of each kind of call. */
  delays: { publish: number; echo: number; store: number; cache: number };
  /** When, in milliseconds after the start, something happens. */
  observers: { at: number; process: 'same' | 'other'; how: 'observe' | 'watch' }[];
  drops: number[];
  /** When the app loses the requests that it is executing, as one that is killed and starts again. */
  kills: number[];
  checkpointing: boolean;
}

/** Numbers from 0 to 1, always the same ones for a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function scheduleOf(seed: number): Schedule {
  const random = randomOf(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const some = (most: number, make: () => number) => Array.from({ length: upTo(most + 1) }, make);
  // Half of the runs are quick in each respect: what only happens where something else is fast must be seen, too.
  const delay = (most: number) => (random() < 0.5 ? 0 : upTo(most));
  return {
    seed,
    shared: random() < 0.5,
    delays: { publish: delay(25), echo: delay(300), store: delay(30), cache: delay(15) },
    observers: Array.from({ length: 1 + upTo(3) }, () => ({
      at: upTo(random() < 0.5 ? 60 : 500),
      process: random() < 0.4 ? ('same' as const) : ('other' as const),
      how: random() < 0.7 ? ('observe' as const) : ('watch' as const),
    })),
    drops: random() < 0.4 ? some(2, () => upTo(400)) : [],
    kills: random() < 0.2 ? [upTo(200)] : [],
    checkpointing: random() < 0.5,
  };
}
