import { startLocalServer } from '../../../src/local';
import type { LocalServer, LocalServerOptions } from '../../../src/local';
import { post } from './apps';
import { ops, startRawApp } from './raw-app';
import type { RawAnswer, RawRequest } from './raw-app';

/**
 * A server and an app whose requests stay under way until the test answers them: what executes at the same time
 * is known without a clock.
 */
export interface Stage {
  server: LocalServer;
  /** Names of the runs whose requests have come, in their order; with `+` where the run has slept or waited. */
  log: string[];
  /** Names of those that are not answered yet. */
  open: () => string[];
  /** Sends an event to this function; the run is called as told. Returns the event's id. */
  send: (fn: string, name: string, data?: object) => Promise<string>;
  /** Waits for the request of this name, and answers it: the run ends. */
  finish: (name: string) => Promise<void>;
  /** Waits for the request of this name, and answers it: the run goes to sleep. */
  sleep: (name: string, length: string) => Promise<void>;
  /** Waits for the request of this name, and answers it: the run waits for an event `go`. */
  wait: (name: string) => Promise<void>;
  /** Registers the functions anew, with these options. */
  register: (functions: Record<string, Record<string, unknown>>) => Promise<void>;
  /** Waits for the request of this name. */
  begun: (name: string) => Promise<void>;
  stop: () => Promise<void>;
}

type Answer = (answer: RawAnswer) => void;

/** The requests that are under way, by name, and who waits for them. */
class Requests {
  readonly open = new Map<string, Answer>();
  readonly #expected = new Map<string, () => void>();

  add(name: string, answer: Answer): void {
    this.open.set(name, answer);
    this.#expected.get(name)?.();
  }

  async get(name: string): Promise<Answer> {
    if (!this.open.has(name)) await new Promise<void>(resolve => void this.#expected.set(name, resolve));
    return this.open.get(name) as Answer;
  }

  async answer(name: string, answer: RawAnswer): Promise<void> {
    const send = await this.get(name);
    this.open.delete(name);
    send(answer);
  }
}

/** Registers functions with these options, each on the event of its own name. */
export async function startStage(
  functions: Record<string, Record<string, unknown>>,
  options: LocalServerOptions = {},
): Promise<Stage> {
  const server = await startLocalServer({ port: 0, ...options });
  const app = await startRawApp(server);
  const log: string[] = [];
  const requests = new Requests();
  let passed: () => void = () => {};
  const handler = async ({ event, steps }: RawRequest): Promise<RawAnswer> => {
    const name = `${event.data.run}${'s' in steps ? '+' : ''}`;
    log.push(name);
    return await new Promise<RawAnswer>(resolve => requests.add(name, resolve));
  };
  const handlers = Object.fromEntries(Object.keys(functions).map(name => [name, handler]));
  const after = (): RawAnswer => {
    passed();
    return [200, 'null'];
  };
  const register = async (all: typeof functions): Promise<void> => {
    const reply = await app.serve({ ...handlers, after }, all);
    if (!reply.ok) throw new Error(JSON.stringify(reply));
  };
  await register(functions);
  const send = async (fn: string, data: object): Promise<string> =>
    (await post(`${server.url}/e/k`, { name: fn, data })).ids[0];
  /** A run of a function without limits: its request comes after those that could be sent before it. */
  const still = async (): Promise<void> => {
    const done = new Promise<void>(resolve => (passed = resolve));
    await send('after', {});
    await done;
  };
  const answer = async (name: string, given: RawAnswer): Promise<void> => {
    await requests.answer(name, given);
    await still();
  };
  return {
    server,
    log,
    open: () => [...requests.open.keys()].sort(),
    send: async (fn, name, data = {}) => {
      const id = await send(fn, { run: name, ...data });
      await still();
      return id;
    },
    finish: async name => await answer(name, [200, '"done"']),
    sleep: async (name, length) => await answer(name, ops({ op: 'Sleep', id: 's', name: length })),
    wait: async name => {
      const opts = { event: 'go', timeout: '1d' };
      await answer(name, ops({ op: 'WaitForEvent', id: 's', name: 'go', opts }));
    },
    register,
    begun: async name => void (await requests.get(name)),
    stop: async () => {
      for (const name of [...requests.open.keys()]) await requests.answer(name, [200, 'null']);
      await server.stop();
      await app.stop();
    },
  };
}
