/** Puts this process's clock off by the milliseconds in `CLOCK_OFFSET`. To be imported before all else. */
const offset = Number(process.env.CLOCK_OFFSET ?? 0);
const now = Date.now.bind(Date);
Date.now = () => now() + offset;
globalThis.Date = new Proxy(Date, {
  // `new Date()` reads the clock by itself, not through `Date.now`.
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [target.now()], newTarget) as Date,
});
