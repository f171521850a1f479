import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hono } from 'hono';
import { Activity } from './activity';
import { Clock } from './clock';
import { toMilliseconds } from './duration';
import { LocalServerError, guarded } from './errors';
import { Gateway } from './connect/gateway';
import { Requests } from './connect/requests';
import { connectRoutes, gatewayPath } from './connect/routes';
import { type ConnectTimes, connectTimes } from './connect/times';
import { WorkerClient } from './connect/worker-client';
import { Workers } from './connect/workers';
import type { Core } from './executor/core';
import { Admission } from './executor/admission';
import { dispatch } from './executor/dispatch';
import { execute } from './executor/execute';
import { Crons } from './flow/crons';
import { Gate } from './flow/gate';
import { ulidFactory } from './ids';
import { observer } from './observer';
import type { LocalServerOptions } from './options';
import { defaultRetryDelay } from './queue/backoff';
import { Queue } from './queue/queue';
import { plain } from './persist/plain';
import { noRecorder, recorderOf } from './persist/recorder';
import { restore } from './persist/restore';
import { runEntries } from './persist/run-row';
import { Random } from './random';
import { History } from './realtime/history';
import { Hub } from './realtime/hub';
import { Sockets } from './realtime/sockets';
import { Tokens } from './realtime/token';
import { Pauses } from './state/pauses';
import { Registry } from './state/registry';
import type { Run } from './state/run';
import { Store, defaultRetention } from './state/store';
import type { StoredEvent } from './state/types';
import { AppClient, type AppTransport } from './transport/app-client';
import { Faults } from './transport/faults';
import { FaultySender } from './transport/faulty-sender';
import { listen, routes } from './transport/http';
import { AppHealth } from './transport/app-health';
import { Keys } from './transport/keys';
import type { Service } from './transport/service';
import { keepSynced, requestSync, requireAppUrl } from './transport/sync';
import { attachUpgrades } from './transport/upgrades';

const defaultPort = 8288;
const syncRetry = 1000;
const defaultPingInterval = 15_000;
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
  /** How many runs have not ended: those that sleep, wait or are queued count, too. */
  readonly unfinishedRuns: number;
  /** Closes the port, sockets and timers. Runs are gone, unless the server has a file (`persist`). */
  stop(): Promise<void>;
}

/** What the server reaches apps with, its time, and how long connected workers may take. */
interface ServerParts {
  client?: AppTransport;
  clock?: Clock;
  connectTimes?: ConnectTimes;
}

/** The server with its parts, for the test kit. */
export class RunningServer implements LocalServer {
  readonly faults: Faults;
  readonly seed: number;
  readonly core: Core;
  /** Brings back what was recorded. */
  readonly #goOn: () => void;
  readonly #service: Service;
  readonly #health: AppHealth;
  readonly #keys: Keys;
  readonly #client: AppTransport;
  readonly #sockets: Sockets;
  readonly #requests: Requests;
  readonly #gateway: Gateway;
  readonly #routes: Hono;
  readonly #syncs: { stop: () => void }[] = [];
  readonly #hub = new Hub(new History(() => this.now()));
  readonly #tokens = new Tokens();
  #http: Server | undefined;
  #host = '';
  #stopped = false;

  constructor(
    private readonly options: LocalServerOptions,
    { client, clock = new Clock(), connectTimes: times = connectTimes }: ServerParts = {},
  ) {
    this.seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
    const random = new Random(this.seed);
    this.faults = new Faults(random);
    this.#keys = new Keys(options);
    const workers = new Workers(times.noWorker);
    this.#requests = new Requests(workers, times, ulidFactory(Date.now));
    this.#client = new WorkerClient(this.#requests, client ?? new AppClient(this.#keys));
    const { core, goOn } = buildCore(options, {
      clock,
      random,
      sender: new FaultySender(this.#client, this.faults),
    });
    this.core = core;
    this.#goOn = goOn;
    this.#health = new AppHealth(core);
    const { pingInterval = defaultPingInterval } = options;
    this.#service = {
      core,
      hub: this.#hub,
      tokens: this.#tokens,
      health: this.#health,
      keys: this.#keys,
      pingInterval,
    };
    this.#sockets = new Sockets({ ...this.#service, now: clock.now });
    this.#routes = routes(this.#service, connectRoutes(this.#service, this.#requests));
    this.#gateway = new Gateway(this.#service, { workers, requests: this.#requests, times });
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

  /** Answers a request as the port does, in this process. */
  async fetch(request: Request): Promise<Response> {
    return await this.#routes.fetch(request);
  }

  /** Whether anybody listens to a realtime channel. */
  hears(channel: string): boolean {
    return this.#hub.hears(channel);
  }

  get unfinishedRuns(): number {
    return [...this.core.store.runs.values()].filter(run => !run.ended).length;
  }

  async start(): Promise<void> {
    const { host = '127.0.0.1', port = defaultPort, urls = [], pollInterval = 5000 } = this.options;
    const { onSyncFailed } = this.options;
    for (const url of urls) requireAppUrl(url);
    this.#http = await listen(
      routes(this.#service, connectRoutes(this.#service, this.#requests)),
      host,
      port,
    );
    // Not before apps can answer.
    this.#goOn();
    this.#host = host;
    attachUpgrades(this.#http, {
      '/v1/realtime/connect': (...upgrade) => this.#sockets.upgrade(...upgrade),
      [gatewayPath]: (...upgrade) => this.#gateway.upgrade(...upgrade),
    });
    const health = this.#health;
    const request = async (url: string): Promise<void> => await this.sync(url);
    for (const url of urls) {
      const sync = keepSynced(url, {
        request,
        retryEvery: syncRetry,
        pollInterval,
        onSuccess: () => health.ok(url),
        onFailure: error => health.failed(url, error),
        onFirstFailure: error => onSyncFailed?.(error, url),
      });
      this.#syncs.push(sync);
    }
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
    const { activity } = this.core;
    const deadline = performance.now() + limit;
    do {
      if (!(await activity.idle(deadline - performance.now()))) throw notSettled(limit);
    } while (!(await activity.quiet()));
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
      this.#clockChanged();
      this.core.clock.runDue();
      await this.settled();
    }
    this.core.clock.skipTo(target);
    this.#clockChanged();
  }

  #clockChanged(): void {
    this.core.recorder.changed('clock', () => [['clock', 'ahead', this.core.clock.now() - Date.now()]]);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.core.recorder.close();
    for (const sync of this.#syncs) sync.stop();
    this.core.queue.stop();
    this.core.clock.stop();
    this.#gateway.stop();
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
): { core: Core; goOn: () => void } {
  const { clock, random, sender } = parts;
  const { shuffle = false, workers = 200 } = options;
  const activity = new Activity();
  const recorder = options.persist === undefined ? noRecorder : recorderOf(options.persist);
  const admission = new Admission(clock, recorder);
  const registry = new Registry();
  const gate = new Gate(clock, registry, recorder);
  const changed = (run: Run): void => recorder.changed(run.id, () => runEntries(core, run));
  const core: Core = {
    clock,
    activity,
    random,
    shuffle,
    recorder,
    changed,
    store: new Store({ ...defaultRetention, ...options.retention }, recorder, changed),
    registry,
    pauses: new Pauses(changed),
    queue: new Queue({ clock, activity, random, shuffle, workers, gate, changed }),
    ulid: ulidFactory(clock.now),
    retryDelay: options.retryDelay ?? defaultRetryDelay(random),
    tell: observer(options.onActivity),
    send: async (...request) => {
      // What led to the request is settled before an app acts on it.
      recorder.flush();
      return await sender.send(...request);
    },
    emit: events => emit(core, admission, events),
  };
  core.queue.onJob(async job => await execute(core, job));
  const crons = new Crons(
    clock,
    core.ulid,
    (fn, event) => {
      core.emit([event]);
      admission.start(core, fn, event);
    },
    recorder,
  );
  registry.onChange(() => {
    crons.follow(registry.functions);
    core.queue.recheck();
  });
  return { core, goOn: () => restore(core, admission) };
}

/** Stores at once, acts later: whoever sent the events has its answer first. */
function emit(core: Core, admission: Admission, events: StoredEvent[]): void {
  const waiting = [...events];
  const undispatched = new Set(events);
  const changed = (event: StoredEvent): void => {
    const id = event.internalId;
    core.recorder.changed(`undispatched ${id}`, () => [
      ['undispatched', id, undispatched.has(event) ? plain(event) : null],
    ]);
  };
  for (const event of waiting) {
    core.store.addEvent(event);
    changed(event);
  }
  while (waiting.length > 0) {
    const index = core.shuffle ? core.random.below(waiting.length) : 0;
    const [event] = waiting.splice(index, 1);
    if (!event) continue;
    core.activity.enter();
    setImmediate(() => {
      guarded(() => dispatch(core, admission, event));
      undispatched.delete(event);
      changed(event);
      core.activity.leave();
    });
  }
}

/**
 * Starts a local Inngest server: an unmodified `serve()` app of the Inngest SDK, v3 or v4, syncs and runs on it.
 * For development and tests only; it keeps everything in memory unless it is given a file, and checks keys only if it is given some.
 * @param options Where it listens and which apps it asks to register; times are in milliseconds.
 * @throws LocalServerError `ADDRESS_IN_USE`, `ADDRESS_UNAVAILABLE`, `FILE_IN_USE`, `INVALID_OPTION`
 * @example
 * const server = await startLocalServer({ port: 0 });
 * await server.sync('http://127.0.0.1:4111/api/inngest');
 * await server.advance('7 days');
 * await server.stop();
 */
export async function startLocalServer(options: LocalServerOptions = {}): Promise<LocalServer> {
  const server = new RunningServer(options);
  await server.start().catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return server;
}
