import type { MastraCompositeStore } from '@mastra/core/storage';
import type { InngestClient } from '../sdk/client';
import type { ServableFunction } from '../sdk/port';
import type { MastraServeOptions, ServableMastra } from '../serve/create-serve';

/** Options of {@link testApp}. */
export interface TestAppOptions {
  /** The Mastra of the app under test, as it is. */
  mastra: ServableMastra;
  /** The client that its workflows were made with. Until the app is stopped, it sends to the app's server. */
  inngest: InngestClient;
  /** Inngest functions of your own, as for `serve`. */
  functions?: readonly ServableFunction[];
  /** A store for the time of the test. By default the Mastra's own, and one in memory where it has none. */
  storage?: MastraCompositeStore;
  /** Decides whatever Inngest decides by chance (the jitter of retries). Default 1, so that each run of a test is the same. */
  seed?: number;
  /** ms until Inngest's retry 1, 2, … of a call that failed, on the server's clock. Default: Inngest's own, 15 s to 2 h. */
  retryDelay?: (retry: number) => number;
  /** Where two copies of `inngest` are installed: `createServe(serve)` with the `serve` of your own `inngest/edge`. */
  serve?: (options: MastraServeOptions) => (request: Request) => Promise<Response>;
}
