/**
 * A clock for server, proxy and apps that share this process. It goes with the wall's, but a turn of the event loop takes no
 * more than a few milliseconds of it, however long the machine kept the process waiting. So two seconds are always time
 * for many exchanges, and what a scenario has happen within a time-out does so on a slow machine, too.
 */
const tickMs = 5;
const longestTurnMs = 2 * tickMs;

const wall = Date.now;
let now = wall();
let last = now;

function tick(): void {
  const passed = wall() - last;
  last += passed;
  now += Math.min(Math.max(passed, 0), longestTurnMs);
}

/** From here on `Date.now()` is this clock, for the whole process. */
export function useProcessTime(): void {
  if (Date.now !== wall) return;
  last = wall();
  Date.now = () => now;
  setInterval(tick, tickMs).unref();
}
