import { type FastifyPlugin, type ServeAdapter, bindPlugin, callAdapter } from '../sdk/adapter';
import type { InngestClient } from '../sdk/client';
import { portFor } from '../sdk/detect';
import type { ServableFunction } from '../sdk/port';
import { requireSameSdk } from '../sdk/same-sdk';
import { collectFunctions, requireServable } from './collect';
import { offerBody } from './node-body';
import { warnOfOwnFunctions } from './own-functions';
import { reportingErrors } from './error-report';

/** A Mastra, by shape: that of another copy of core fits as well. */
export interface ServableMastra {
  listWorkflows(...args: never[]): object;
}

/** Options of {@link serve}. */
export interface MastraServeOptions<TRegisterOptions = Record<string, unknown>> {
  /** The Mastra whose workflows are served; only those made by this package are. */
  mastra: ServableMastra;
  /** The client that `init` was called with. */
  inngest: InngestClient;
  /** Inngest functions of your own, made with `inngest.createFunction`. */
  functions?: readonly ServableFunction[];
  /** Passed to Inngest's `serve` as they are: `servePath`, `serveOrigin` (v4) or `serveHost` (v3), `signingKey` (v3), … */
  registerOptions?: TRegisterOptions;
}

/** A `serve` of Inngest's SDK: `inngest/express`, `inngest/fastify`, `inngest/hono`, `inngest/next`, … */
export type InngestServeAdapter<THandler = unknown> = (options: never) => THandler;

/** Options of an adapter that are left to the user. */
type RegisterOptionsOf<TAdapter extends ServeAdapter> =
  Parameters<TAdapter> extends [infer TOptions, ...unknown[]]
    ? [TOptions] extends [never]
      ? Record<string, unknown>
      : Partial<Omit<TOptions, 'client' | 'functions'>>
    : Record<string, unknown>;

/** What Fastify registers. The instance is the adapter's own type of it. */
type PluginOf<TPlugin extends FastifyPlugin> = (
  fastify: Parameters<TPlugin>[0],
  options: unknown,
  done: (error?: Error) => void,
) => void;

type PluginOptionsOf<TPlugin extends FastifyPlugin> = NonNullable<Parameters<TPlugin>[1]['options']>;

/**
 * `serve` for a framework that does not speak Request and Response. A request of Node is served whether or not a parser has
 * read its body.
 * @param adapter The `serve` of one of Inngest's adapters, e.g. of `inngest/express`; or `fastifyPlugin` of `inngest/fastify`.
 * @returns A function that takes the options of this package's `serve` and returns what the adapter returns: a handler, or a
 * plugin to register. It throws what `serve` throws, and `SDK_MISMATCH` for an adapter of the other major.
 * @example
 * import { serve } from 'inngest/express';
 *
 * app.use('/api/inngest', createServe(serve)({ mastra, inngest }));
 */
export function createServe<TAdapter extends ServeAdapter>(
  adapter: TAdapter,
): (options: MastraServeOptions<RegisterOptionsOf<TAdapter>>) => ReturnType<TAdapter>;
export function createServe<TPlugin extends FastifyPlugin>(
  plugin: TPlugin,
): (options: MastraServeOptions<PluginOptionsOf<TPlugin>>) => PluginOf<TPlugin>;
export function createServe(adapter: ServeAdapter | FastifyPlugin) {
  return (options: MastraServeOptions<object>): unknown => {
    const served = servedOptions(options);
    warnOfOwnFunctions(options.mastra, options.functions);
    if (isPlugin(adapter)) return bindPlugin(adapter, served);
    const handler = callAdapter(adapter, served);
    return typeof handler === 'function'
      ? reportingErrors(withBody(handler as Handler), options.mastra)
      : handler;
  };
}

/** A plugin has three parameters; a `serve` takes the options alone. */
const isPlugin = (adapter: ServeAdapter | FastifyPlugin): adapter is FastifyPlugin => adapter.length === 3;

type Handler = (...args: never[]) => unknown;

/** The same handler, with the body of a request of Node readable for any adapter. */
function withBody(handler: Handler): Handler {
  return new Proxy(handler, {
    apply: (target, self, args: unknown[]): unknown => {
      offerBody(args[0]);
      return Reflect.apply(target, self, args);
    },
  });
}

/** The options of Inngest's own `serve` and `connect`, once all of ours are checked. */
export function servedOptions(options: MastraServeOptions<unknown>) {
  requireServable(options);
  const { mastra, inngest, functions, registerOptions } = options;
  portFor(inngest);
  const served = collectFunctions({ mastra, functions });
  requireSameSdk(inngest, served);
  return { ...(registerOptions as object | undefined), client: inngest, functions: served };
}
