import { LocalServerError, messageOf } from '../errors';
import { parseJson, text } from '../json';
import type { AppTransport } from './app-client';

const patience = 10_000;

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
      headers: { 'content-type': 'application/json', 'x-inngest-server-kind': 'dev' },
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
        answer.headers['x-inngest-sdk'] === undefined
          ? 'The URL must be that of its Inngest serve endpoint.'
          : "Check that the app's Inngest client uses this server as its baseUrl, with isDev: true.",
    },
  );
}

/** How apps are kept registered. */
export interface Syncing {
  retryEvery: number;
  pollInterval: number | false;
  /** Told of a failure, and not again of the same kind before the app has registered. */
  onFailure?: ((error: LocalServerError, url: string) => void) | undefined;
}

/** Keeps asking until the app has registered, and then at every interval; `stop` ends it. */
export function keepSynced(client: AppTransport, url: string, options: Syncing): { stop: () => void } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const told = new Set<string>();
  const attempt = async (): Promise<void> => {
    const failure = await requestSync(client, url).then(
      () => undefined,
      (error: unknown) => error as LocalServerError,
    );
    if (stopped) return;
    if (failure && !told.has(failure.code)) options.onFailure?.(failure, url);
    if (failure) told.add(failure.code);
    else told.clear();
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
