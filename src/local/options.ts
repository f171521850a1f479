import type { LocalServerError } from './errors';
import type { ServerActivity } from './server-activity';
import type { Retention } from './state/store';

/** Options of {@link startLocalServer}. */
export interface LocalServerOptions {
  /** Where to listen. Default `127.0.0.1`. */
  host?: string;
  /** Default 8288; 0 finds a free port. */
  port?: number;
  /** Serve endpoints of apps that are to register; those that can't be reached are tried again in the background. */
  urls?: string[];
  /** How often the apps in `urls` are asked to register again, ms; `false` once is enough. Default 5000. */
  pollInterval?: number | false;
  /**
   * Told where an app in `urls` can't be reached (`APP_UNREACHABLE`) or does not register (`APP_REFUSED`): once, until it has.
   * Trying goes on.
   */
  onSyncFailed?: (error: LocalServerError, url: string) => void;
  /**
   * Told of all that happens: apps, events, runs and steps, in order. It is called at once, so it should be quick; what it throws
   * becomes a warning of the process.
   */
  onActivity?: (activity: ServerActivity) => unknown;
  /** ms to wait before retry 1, 2, …. Default: Inngest's table, 15 s to 2 h plus jitter. `retry-after` goes first. */
  retryDelay?: (retry: number) => number;
  /** Decides every choice the server makes by chance. Default: a random one, see {@link LocalServer.seed}. */
  seed?: number;
  /** Executes jobs that are ready at the same time, and events sent together, in an order drawn from the seed. */
  shuffle?: boolean;
  /** How many requests to apps may be under way. Default 200. */
  workers?: number;
  /**
   * A file in which the server keeps its state: one that is started with it goes on with every run, however the one before ended.
   * Of one server at a time. Default: everything is in memory.
   */
  persist?: string;
  /** How much of what is over is remembered. */
  retention?: Partial<Retention>;
  /**
   * With a key the server is one like Inngest's own, and no development server: its requests to apps are signed, and what only apps
   * may ask for needs the key. Apps have it as `INNGEST_SIGNING_KEY`, and `isDev: false`. Hexadecimal; may begin with
   * `signkey-prod-` or the like.
   */
  signingKey?: string;
  /** The keys with which events may come, as `INNGEST_EVENT_KEY` of who sends them. Default: any. */
  eventKeys?: string[];
  /** ms between pings on realtime connections. Default 15000. */
  pingInterval?: number;
}
