import { LocalServerError, messageOf } from '../errors';
import { parseJson } from '../json';
import type { Json } from '../json';

/** Where a command finds the server: `--url`, `INNGEST_BASE_URL`, or the default port of this machine. */
export function serverUrl(given: string | undefined): string {
  const url = given ?? (process.env['INNGEST_BASE_URL'] || 'http://127.0.0.1:8288');
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '');
  throw new LocalServerError('INVALID_OPTION', `"${url}" is not the URL of an Inngest server.`, {
    remedy: 'Give one such as http://127.0.0.1:8288 with --url or INNGEST_BASE_URL.',
  });
}

/** A running Inngest server, as its clients see it. */
export class ServerClient {
  constructor(readonly url: string) {}

  async get(path: string): Promise<{ status: number; body: Json | undefined }> {
    return await this.#request(path, {});
  }

  async post(path: string, body: Json): Promise<{ status: number; body: Json | undefined }> {
    const headers = { 'content-type': 'application/json' };
    return await this.#request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async #request(path: string, init: RequestInit): Promise<{ status: number; body: Json | undefined }> {
    try {
      const answer = await fetch(`${this.url}${path}`, init);
      return { status: answer.status, body: parseJson(await answer.text()) };
    } catch (error) {
      throw new LocalServerError('SERVER_UNREACHABLE', `No Inngest server answers at ${this.url}.`, {
        remedy: 'Start one (npx mastra-inngest-local), or say where it is with --url or INNGEST_BASE_URL.',
        cause: messageOf(error),
      });
    }
  }
}
