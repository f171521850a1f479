import { MastraInngestError } from '../errors';

/** v4 makes middleware of classes, v3 of objects with `init`. */
const V3 = { what: 'an object, as `new InngestMiddleware(…)` makes it', fits: hasInit };
const V4 = { what: 'a class that extends `Middleware.BaseMiddleware`', fits: isClass };

/**
 * Each major accepts the middleware of the other one, and then fails at every request.
 * @param owner whose middleware it is, e.g. `The Inngest client "app"`
 * @throws MastraInngestError `SDK_MISMATCH`
 */
export function requireMiddleware(sdkVersion: string, middleware: unknown, owner: string): void {
  if (!Array.isArray(middleware)) return;
  const { what, fits } = sdkVersion.startsWith('3.') ? V3 : V4;
  const at = middleware.findIndex(one => !fits(one));
  if (at < 0) return;
  const { name } = (middleware[at] ?? {}) as { name?: unknown };
  const named = typeof name === 'string' ? ` (named "${name}")` : '';
  throw new MastraInngestError(
    'SDK_MISMATCH',
    `${owner} is of inngest ${sdkVersion}, and number ${at + 1} of its \`middleware\`${named} is not: ${what} is wanted. ` +
      'Take the middleware’s version for your SDK. For realtime none is needed: leave realtimeMiddleware() out.',
  );
}

function hasInit(value: unknown): boolean {
  return typeof (value as { init?: unknown } | null)?.init === 'function';
}

function isClass(value: unknown): boolean {
  return typeof value === 'function' && typeof value.prototype === 'object';
}
