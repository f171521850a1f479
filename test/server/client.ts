/** A client of Mastra's HTTP API: what Studio and `@mastra/client-js` send. */

/** An answer as it came. */
export interface Answer {
  status: number;
  body: never;
}

export interface Chunk {
  type: string;
  runId?: string;
  payload?: Record<string, unknown>;
  data?: unknown;
  [field: string]: unknown;
}

/** Mastra's server puts this between the chunks of a stream. */
const SEPARATOR = '\u001e';

export class ApiClient {
  constructor(private readonly url: string) {}

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(path: string, body: object = {}): Promise<Answer> {
    return this.call('POST', path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.call('DELETE', path);
  }

  /** All chunks of a stream, once it has ended; `onChunk` hears of each when it comes. */
  async stream(
    path: string,
    body: object = {},
    onChunk: (chunk: Chunk) => void = () => {},
  ): Promise<{ status: number; chunks: Chunk[]; error?: unknown }> {
    const response = await this.send('POST', path, body);
    if (!response.ok || !response.body)
      return { status: response.status, chunks: [], error: await response.json() };
    const chunks: Chunk[] = [];
    let rest = '';
    for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + bytes).split(SEPARATOR);
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const chunk = JSON.parse(part) as Chunk;
        chunks.push(chunk);
        onChunk(chunk);
      }
    }
    if (rest) chunks.push(JSON.parse(rest) as Chunk);
    return { status: response.status, chunks };
  }

  async call(method: string, path: string, body?: object): Promise<Answer> {
    const response = await this.send(method, path, body);
    const answer = await response.text();
    return { status: response.status, body: (answer ? JSON.parse(answer) : undefined) as never };
  }

  private send(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }
}
