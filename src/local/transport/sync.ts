import { LocalServerError, messageOf } from '../errors';
import { parseJson, text } from '../json';
import type { AppTransport } from './app-client';
import type { ServerKind } from './keys';

const patience = 10_000;

/** What to look at in an app that refuses. */
const hints: Record<ServerKind, string> = {
  dev: "Check that the app's Inngest client uses this server as its baseUrl, with isDev: true.",
  cloud:
    "Check that the app's Inngest client uses this server as its baseUrl, with isDev: false, and that its INNGEST_SIGNING_KEY is the server's.",
};

/** @throws LocalServerError `INVALID_OPTION` */
export function requireAppUrl(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new LocalServerError('INVALID_OPTION', `"${url}" is not the URL of an app.`, {
    remedy: 'Give the full URL of its serve endpoint, such as http://127.0.0.1:3000/api/inngest.',
  });
}

/**
 * Asks the app at `url` to register itself, which it does with a request of its own.
 * @throws LocalServerError `APP_UNREACHABLE`, `APP_REFUSED`, `INVALID_OPTION`
 */
export async function requestSync(client: AppTransport, url: string): Promise<void> {
  requireAppUrl(url);
  const answer = await client
    .send({
      method: 'PUT',
      url,
      headers: { 'content-type': 'application/json', 'x-inngest-server-kind': client.serverKind },
      body: JSON.stringify({ url }),
      timeout: patience,
    })
    .catch((error: unknown) => {
      throw new LocalServerError('APP_UNREACHABLE', `No app answers at ${url} (${messageOf(error)}).`, {
        remedy: 'Start the app, and check host, port and path.',
        cause: error,
      });
    });
  if (answer.status === 200) return;
  const said = text(parseJson(answer.body), 'message') ?? answer.body.slice(0, 200);
  throw new LocalServerError(
    'APP_REFUSED',
    `The app at ${url} did not register: HTTP ${answer.status} ${said}.`,
    {
      remedy:
        answer.headers['x-inngest-sdk'] === undefined && answer.headers['x-inngest-sdk-handled'] === undefined
          ? 'The URL must be that of its Inngest serve endpoint.'
          : hints[client.serverKind],
    },
  );
}

/** How apps are kept registered. */
export interface Syncing {
  request: (url: string) => Promise<void>;
  retryEvery: number;
  pollInterval: number | false;
  onSuccess: () => void;
  onFailure: (error: LocalServerError) => void;
  /** Told of a failure, and not again of the same kind before the app has registered. */
  onFirstFailure: (error: LocalServerError) => void;
}

/** Keeps asking until the app has registered, and then at every interval; `stop` ends it. */
export function keepSynced(url: string, options: Syncing): { stop: () => void } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const told = new Set<string>();
  const attempt = async (): Promise<void> => {
    const failure = await options.request(url).then(
      () => undefined,
      (error: unknown) => error as LocalServerError,
    );
    if (stopped) return;
    if (failure) {
      options.onFailure(failure);
      if (!told.has(failure.code)) options.onFirstFailure(failure);
      told.add(failure.code);
    } else {
      options.onSuccess();
      told.clear();
    }
    const wait = failure ? options.retryEvery : options.pollInterval;
    if (wait !== false) timer = setTimeout(() => void attempt(), wait);
  };
  void attempt();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
