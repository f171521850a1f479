import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Activity } from './activity';
import { Clock } from './clock';
import { toMilliseconds } from './duration';
import { LocalServerError, guarded } from './errors';
import type { Core } from './executor/core';
import { Admission } from './executor/admission';
import { dispatch } from './executor/dispatch';
import { execute } from './executor/execute';
import { Crons } from './flow/crons';
import { Gate } from './flow/gate';
import { ulidFactory } from './ids';
import type { LocalServerOptions } from './options';
import { defaultRetryDelay } from './queue/backoff';
import { Queue } from './queue/queue';
import { Random } from './random';
import { Hub } from './realtime/hub';
import { Sockets } from './realtime/sockets';
import { Tokens } from './realtime/token';
import { Pauses } from './state/pauses';
import { Registry } from './state/registry';
import { Store, defaultRetention } from './state/store';
import type { StoredEvent } from './state/types';
import { AppClient, type AppTransport } from './transport/app-client';
import { Faults } from './transport/faults';
import { FaultySender } from './transport/faulty-sender';
import { listen, routes } from './transport/http';
import { keepSynced, requestSync, requireAppUrl } from './transport/sync';

const defaultPort = 8288;
const syncRetry = 1000;
const settleLimit = 30_000;

/** A running local Inngest server. */
export interface LocalServer {
  /** Such as `http://127.0.0.1:8288`: the `baseUrl` of a client. */
  readonly url: string;
  readonly port: number;
  /** What the order of events was drawn from; give it as an option to repeat it. */
  readonly seed: number;
  /** Faults on requests between the server and the apps. */
  readonly faults: Faults;
  /** The server's time, ms since 1970; ahead of the wall clock by what was advanced. */
  now(): number;
  /**
   * Asks the app at this serve endpoint to register; resolves when it has.
   * @throws LocalServerError `APP_UNREACHABLE`, `APP_REFUSED`, `INVALID_OPTION`
   */
  sync(url: string): Promise<void>;
  /**
   * Lets time pass: `'7 days'`, `'1h30m'` or ms. What falls due runs in order, and before time moves on, the
   * server waits until it has nothing more to do at that instant. The time of the apps stays the wall's: what
   * they compute with `Date.now()`, such as the date of a `sleepUntil`, does not move along.
   * @throws LocalServerError `INVALID_DURATION`; `NOT_SETTLED` if an app takes longer than 30 s to answer
   */
  advance(by: number | string): Promise<void>;
  /**
   * Waits until no request is under way and nothing is due; sleeping and waiting runs don't count.
   * @throws LocalServerError `NOT_SETTLED` after `limit` ms (default 30 s)
   */
  settled(limit?: number): Promise<void>;
  /** Closes the port, sockets and timers. Runs are gone: nothing is kept on disk. */
  stop(): Promise<void>;
}

/** What the server reaches apps with, and its time. */
interface ServerParts {
  client?: AppTransport;
  clock?: Clock;
}

/** The server with its parts, for the test kit. */
export class RunningServer implements LocalServer {
  readonly faults: Faults;
  readonly seed: number;
  readonly core: Core;
  readonly #client: AppTransport;
  readonly #sockets: Sockets;
  readonly #syncs: { stop: () => void }[] = [];
  readonly #hub = new Hub();
  readonly #tokens = new Tokens();
  #http: Server | undefined;
  #host = '';
  #stopped = false;

  constructor(
    private readonly options: LocalServerOptions,
    { client = new AppClient(), clock = new Clock() }: ServerParts = {},
  ) {
    this.#client = client;
    this.seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
    const random = new Random(this.seed);
    this.faults = new Faults(random);
    this.core = buildCore(options, {
      clock,
      random,
      sender: new FaultySender(this.#client, this.faults),
    });
    const { pingInterval } = options;
    this.#sockets = new Sockets({ hub: this.#hub, tokens: this.#tokens, now: clock.now, pingInterval });
  }

  get port(): number {
    return (this.#http?.address() as AddressInfo | null)?.port ?? 0;
  }

  get url(): string {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    return `http://${host}:${this.port}`;
  }

  now(): number {
    return this.core.clock.now();
  }

  /** Whether anybody listens to a realtime channel. */
  hears(channel: string): boolean {
    return this.#hub.hears(channel);
  }

  async start(): Promise<void> {
    const { host = '127.0.0.1', port = defaultPort, urls = [], pollInterval = 5000 } = this.options;
    const { onSyncFailed: onFailure } = this.options;
    for (const url of urls) requireAppUrl(url);
    const service = { core: this.core, hub: this.#hub, tokens: this.#tokens };
    this.#http = await listen(routes(service), host, port);
    this.#host = host;
    this.#sockets.attach(this.#http);
    for (const url of urls)
      this.#syncs.push(keepSynced(this.#client, url, { retryEvery: syncRetry, pollInterval, onFailure }));
  }

  async sync(url: string): Promise<void> {
    const { registry } = this.core;
    const before = registry.registrations;
    await requestSync(this.#client, url);
    if (registry.registrations > before) return;
    throw new LocalServerError('APP_REFUSED', `The app at ${url} registered with another server.`, {
      remedy: `Use ${this.url} as the baseUrl of its Inngest client (or set INNGEST_BASE_URL).`,
    });
  }

  async settled(limit = settleLimit): Promise<void> {
    const deadline = Date.now() + limit;
    // Two quiet turns: what an answer leads to may be scheduled only once it has been read.
    for (let quiet = 0; quiet < 2;) {
      const idle = await this.core.activity.idle(deadline - Date.now());
      if (!idle) throw notSettled(limit);
      await new Promise(resolve => setImmediate(resolve));
      quiet = this.core.activity.busy ? 0 : quiet + 1;
    }
  }

  async advance(by: number | string): Promise<void> {
    const length = toMilliseconds(by);
    await this.settled();
    // Counted from here, so that a sleep that began just now is over after its own length.
    const target = this.core.clock.now() + length;
    for (
      let next = this.core.clock.next();
      next !== undefined && next <= target;
      next = this.core.clock.next()
    ) {
      this.core.clock.skipTo(next);
      this.core.clock.runDue();
      await this.settled();
    }
    this.core.clock.skipTo(target);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const sync of this.#syncs) sync.stop();
    this.core.queue.stop();
    this.core.clock.stop();
    this.#client.stop();
    this.#sockets.stop();
    const http = this.#http;
    if (!http) return;
    await new Promise<void>(resolve => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  }
}

function notSettled(limit: number): LocalServerError {
  return new LocalServerError('NOT_SETTLED', `The server was still busy after ${limit} ms.`, {
    remedy: 'A step of the app takes long, or runs keep starting runs.',
  });
}

function buildCore(
  options: LocalServerOptions,
  parts: { clock: Clock; random: Random; sender: FaultySender },
): Core {
  const { clock, random, sender } = parts;
  const { shuffle = false, workers = 200 } = options;
  const activity = new Activity();
  const admission = new Admission(clock);
  const registry = new Registry();
  const gate = new Gate(clock, registry);
  const core: Core = {
    clock,
    activity,
    random,
    shuffle,
    store: new Store({ ...defaultRetention, ...options.retention }),
    registry,
    pauses: new Pauses(),
    queue: new Queue({ clock, activity, random, shuffle, workers, gate }),
    ulid: ulidFactory(clock.now),
    retryDelay: options.retryDelay ?? defaultRetryDelay(random),
    send: sender.send,
    emit: events => emit(core, admission, events),
  };
  core.queue.onJob(async job => await execute(core, job));
  const crons = new Crons(clock, core.ulid, (fn, event) => {
    core.emit([event]);
    admission.start(core, fn, event);
  });
  registry.onChange(() => {
    crons.follow(registry.functions);
    core.queue.recheck();
  });
  return core;
}

/** Stores at once, acts later: whoever sent the events has its answer first. */
function emit(core: Core, admission: Admission, events: StoredEvent[]): void {
  const waiting = [...events];
  for (const event of waiting) core.store.addEvent(event);
  while (waiting.length > 0) {
    const index = core.shuffle ? core.random.below(waiting.length) : 0;
    const [event] = waiting.splice(index, 1);
    if (!event) continue;
    core.activity.enter();
    setImmediate(() => {
      guarded(() => dispatch(core, admission, event));
      core.activity.leave();
    });
  }
}

/**
 * Starts a local Inngest server: an unmodified `serve()` app of the Inngest SDK, v3 or v4, syncs and runs on it.
 * For development and tests only; it keeps everything in memory and checks no keys.
 * @param options Where it listens and which apps it asks to register; times are in milliseconds.
 * @throws LocalServerError `ADDRESS_IN_USE`, `ADDRESS_UNAVAILABLE`, `INVALID_OPTION`
 * @example
 * const server = await startLocalServer({ port: 0 });
 * await server.sync('http://127.0.0.1:4111/api/inngest');
 * await server.advance('7 days');
 * await server.stop();
 */
export async function startLocalServer(options: LocalServerOptions = {}): Promise<LocalServer> {
  const server = new RunningServer(options);
  await server.start();
  return server;
}
