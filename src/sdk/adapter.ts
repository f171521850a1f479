/** Inngest's own `serve` functions (`inngest/express`, `inngest/next`, …), called with the check that they fit the client. */
import type { InngestClient } from './client';
import type { ServableFunction } from './port';
import { mismatch } from './same-sdk';
import { supportedVersion } from './version';

/** A `serve` of the SDK, whichever framework it is for. */
export type ServeAdapter = (options: never) => unknown;

/** The SDK's Fastify plugin, of `inngest/fastify`. */
export type FastifyPlugin = (
  fastify: never,
  options: { client: never; functions: never; options?: object },
  done: (error?: Error) => void,
) => void;

interface AdapterOptions {
  client: InngestClient;
  functions: readonly ServableFunction[];
}

/**
 * Calls an adapter, and checks its major. An adapter has no version, but while it builds its handler it calls `getConfig` of the
 * functions, and only v4's also calls the client's `setEnvVars`. So what it calls tells its major.
 * @throws MastraInngestError `SDK_MISMATCH` for an adapter of the other major
 */
export function callAdapter<TAdapter extends ServeAdapter>(
  adapter: TAdapter,
  options: AdapterOptions & Record<string, unknown>,
): ReturnType<TAdapter> {
  const { client, functions } = options;
  const called = new Set<string>();
  const restore = [
    listen(client, 'setEnvVars', () => called.add('setEnvVars')),
    ...functions.slice(0, 1).map(first => listen(first, 'getConfig', () => called.add('getConfig'))),
  ];
  try {
    return adapter(options as never) as ReturnType<TAdapter>;
  } finally {
    for (const undo of restore) undo();
    // Also where the adapter threw: its own error for a client of the other major helps nobody.
    requireMajor(client, called);
  }
}

/** The plugin for one app, to be registered with Fastify. @throws as `callAdapter`, to Fastify */
export function bindPlugin(
  plugin: FastifyPlugin,
  { client, functions, ...options }: AdapterOptions & Record<string, unknown>,
): (fastify: unknown, registered: unknown, done: (error?: Error) => void) => void {
  return (fastify, _registered, done) => {
    let failure: Error | undefined;
    const register = (given: object) =>
      plugin(fastify as never, { ...given, options } as never, error => (failure = error));
    callAdapter(register as ServeAdapter, { client, functions });
    done(failure);
  };
}

function requireMajor(client: InngestClient, called: ReadonlySet<string>): void {
  if (!called.has('getConfig')) return;
  const major = called.has('setEnvVars') ? 4 : 3;
  if (major === supportedVersion(client).major) return;
  throw mismatch(
    client,
    `the serve adapter is of inngest ${major}.x`,
    'Import the adapter from the same package as the client.',
  );
}

/** Calls `heard` at each call of a method, until it is undone. */
function listen(target: object, method: string, heard: () => void): () => void {
  const original = (target as Record<string, unknown>)[method];
  if (typeof original !== 'function') return () => {};
  const own = Object.getOwnPropertyDescriptor(target, method);
  const listening = (...args: unknown[]): unknown => {
    heard();
    return Reflect.apply(original, target, args);
  };
  Object.defineProperty(target, method, { value: listening, configurable: true, writable: true });
  return () => {
    if (own) Object.defineProperty(target, method, own);
    else Reflect.deleteProperty(target, method);
  };
}
