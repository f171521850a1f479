/** Points the user's client to a test app's server, without a change of the user's code. */
import { MastraInngestError } from '../errors';
import type { ClientShape } from '../sdk/client';
import { setTestHook, testHookOf, type TestHook } from '../sdk/test-hook';

/** A client as both majors make it. In v3, setting `mode` reads the options again. */
type PointableClient = Omit<ClientShape, 'mode' | 'options'> & {
  options: Record<string, unknown>;
  mode: unknown;
  eventKey?: string;
  apiBaseUrl?: string;
  eventBaseUrl?: string;
  setEventKey?: (key: string) => void;
};

/**
 * From now on the client sends to the server at `url`, as a development client does, until what is returned is called.
 * @throws MastraInngestError `CLIENT_IN_USE`, `CLIENT_NOT_POINTED`
 */
export function pointClient(given: ClientShape, url: string, hook: TestHook): () => void {
  if (testHookOf(given)) {
    throw new MastraInngestError(
      'CLIENT_IN_USE',
      `Another test app has the Inngest client "${given.id}". Stop that one first (\`await app.stop()\`, or \`await using\`), or make ` +
        'a client for each app, in a function that the tests call.',
    );
  }
  const client = given as unknown as PointableClient;
  const { options, mode, eventKey } = client;
  const restore = () => {
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
