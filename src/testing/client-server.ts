/** Points the user's client to a test app's server, without a change of the user's code. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { MastraInngestError } from '../errors';
import type { ClientShape } from '../sdk/client';
import { setTestHook, testHookOf, type TestHook } from '../sdk/test-hook';

type Fetch = typeof fetch;

/** A client as both majors make it. In v3, setting `mode` reads the options again; v4 makes its `fetch` of the other two, once. */
type PointableClient = Omit<ClientShape, 'mode' | 'options'> & {
  fetch?: Fetch;
  inngestApi?: { fetch?: Fetch };
  _userProvidedFetch?: Fetch | undefined;
  _cachedFetch?: Fetch | undefined;
  options: Record<string, unknown>;
  mode: unknown;
  eventKey?: string;
  apiBaseUrl?: string;
  eventBaseUrl?: string;
  setEventKey?: (key: string) => void;
};

/** The test's server: where it listens, and how it answers in this process. */
interface PointedServer {
  readonly url: string;
  fetch(request: Request): Promise<Response>;
}

/**
 * Requests to the server don't pass the network, and what follows there does not belong to the code that sent them; all others go
 * where they did.
 */
function fetchInProcess(server: PointedServer, others: Fetch): Fetch {
  const outside = AsyncLocalStorage.snapshot();
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith(`${server.url}/`)) return await others(input, init);
    return await outside(() => server.fetch(new Request(input, init)));
  };
}

/** Where a client is of another shape, its requests come over HTTP, and nothing else is different. */
function useFetch(client: PointableClient, server: PointedServer): () => void {
  if ('_userProvidedFetch' in client) {
    const { _userProvidedFetch: given } = client;
    const use = (own: Fetch | undefined) =>
      Object.assign(client, { _userProvidedFetch: own, _cachedFetch: undefined });
    use(fetchInProcess(server, given ?? fetch));
    return () => use(given);
  }
  const { fetch: given, inngestApi: api } = client;
  if (!given || !api?.fetch) return () => {};
  const ofApi = api.fetch;
  client.fetch = fetchInProcess(server, given);
  api.fetch = fetchInProcess(server, ofApi);
  return () => {
    client.fetch = given;
    api.fetch = ofApi;
  };
}

/**
 * From now on the client sends to the server, as a development client does, until what is returned is called.
 * @throws MastraInngestError `CLIENT_IN_USE`, `CLIENT_NOT_POINTED`
 */
export function pointClient(given: ClientShape, server: PointedServer, hook: TestHook): () => void {
  const { url } = server;
  if (testHookOf(given)) {
    throw new MastraInngestError(
      'CLIENT_IN_USE',
      `Another test app has the Inngest client "${given.id}". Stop that one first (\`await app.stop()\`, or \`await using\`), or make ` +
        'a client for each app, in a function that the tests call.',
    );
  }
  const client = given as unknown as PointableClient;
  const { options, mode, eventKey } = client;
  let restoreFetch = () => {};
  const restore = () => {
    restoreFetch();
    setTestHook(given, undefined);
    write(client, { options, mode, eventKey });
  };
  write(client, { options: { ...options, baseUrl: url, isDev: true }, mode: developmentMode(mode) });
  if (client.apiBaseUrl !== url || client.eventBaseUrl !== url) {
    restore();
    throw new MastraInngestError(
      'CLIENT_NOT_POINTED',
      `The Inngest client "${client.id}" can't be pointed to the test's server. Make a client of its own for the tests: ` +
        '`new Inngest({ id, isDev: true, baseUrl })` with INNGEST_BASE_URL unset, and neither frozen nor wrapped.',
    );
  }
  restoreFetch = useFetch(client, server);
  setTestHook(given, hook);
  return restore;
}

function write(client: PointableClient, state: Pick<PointableClient, 'options' | 'mode' | 'eventKey'>): void {
  try {
    client.options = state.options;
    if (!client.setEventKey) return;
    client.mode = state.mode;
    // v3 has read it from the options again; a key that was set by hand is none of them.
    if (state.eventKey !== undefined) client.setEventKey(state.eventKey);
  } catch {
    // A frozen one: the address that it has now says so.
  }
}

/** The mode of a v3 client, as if `isDev: true` had been given; a v4 client has it from its options. */
function developmentMode(mode: unknown): unknown {
  if (typeof mode !== 'object' || mode === null) return mode;
  const copy = Object.create(Object.getPrototypeOf(mode) as object) as object;
  return Object.assign(copy, mode, { type: 'dev', isExplicit: true, explicitDevUrl: undefined });
}
