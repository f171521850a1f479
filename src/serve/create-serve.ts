import { type ServeAdapter, callAdapter } from '../sdk/adapter';
import type { InngestClient } from '../sdk/client';
import { portFor } from '../sdk/detect';
import type { ServableFunction } from '../sdk/port';
import { requireSameSdk } from '../sdk/same-sdk';
import { collectFunctions, requireServable } from './collect';
import { warnOfOwnFunctions } from './own-functions';

/** What `serve` takes. */
export interface MastraServeOptions<TRegisterOptions = Record<string, unknown>> {
  /** The Mastra whose workflows are served; only those made by this package are. */
  mastra: unknown;
  /** The client that `init` was called with. */
  inngest: InngestClient;
  /** Inngest functions of your own, made with `inngest.createFunction`. */
  functions?: readonly ServableFunction[];
  /** Passed to Inngest's `serve` as they are: `servePath`, `serveOrigin` (v4) or `serveHost` (v3), `signingKey` (v3), … */
  registerOptions?: TRegisterOptions;
}

/** A `serve` of Inngest's SDK: `inngest/express`, `inngest/fastify`, `inngest/hono`, `inngest/next`, … */
export type InngestServeAdapter = ServeAdapter;

/** Options of an adapter that are left to the user. */
type RegisterOptionsOf<TAdapter extends ServeAdapter> =
  Parameters<TAdapter> extends [infer TOptions, ...unknown[]]
    ? Partial<Omit<TOptions, 'client' | 'functions'>>
    : Record<string, unknown>;

/**
 * `serve` for a framework: `createServe(serve)` with the `serve` of one of Inngest's adapters, e.g. of `inngest/express`,
 * gives a function that takes what this package's `serve` takes and returns what the adapter returns.
 * @throws MastraInngestError when called: as `serve`, and `SDK_MISMATCH` for an adapter of the other major
 */
export function createServe<TAdapter extends ServeAdapter>(
  adapter: TAdapter,
): (options: MastraServeOptions<RegisterOptionsOf<TAdapter>>) => ReturnType<TAdapter> {
  return options => {
    const served = servedOptions(options);
    warnOfOwnFunctions(options.mastra, options.functions);
    return callAdapter(adapter, served);
  };
}

/** What Inngest's own `serve` and `connect` need. All that can be wrong with it is found here. */
export function servedOptions(options: MastraServeOptions<unknown>) {
  requireServable(options);
  const { mastra, inngest, functions, registerOptions } = options;
  portFor(inngest);
  const served = collectFunctions({ mastra, functions });
  requireSameSdk(inngest, served);
  return { ...(registerOptions as object | undefined), client: inngest, functions: served };
}
