/** A server cache that processes share: one holds it, the others ask over HTTP. */
import { InMemoryServerCache, MastraServerCache } from '@mastra/core/cache';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Call = [method: string, ...args: unknown[]];

export class RemoteCache extends MastraServerCache {
  constructor(private readonly url: string) {
    super({ name: 'RemoteCache' });
  }

  get(key: string): Promise<unknown> {
    return this.ask(['get', key]);
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.ask(['set', key, value]);
  }

  listLength(key: string): Promise<number> {
    return this.ask(['listLength', key]) as Promise<number>;
  }

  async listPush(key: string, value: unknown): Promise<void> {
    await this.ask(['listPush', key, value]);
  }

  listFromTo(key: string, from: number, to?: number): Promise<unknown[]> {
    return this.ask(['listFromTo', key, from, to ?? -1]) as Promise<unknown[]>;
  }

  async delete(key: string): Promise<void> {
    await this.ask(['delete', key]);
  }

  async clear(): Promise<void> {
    await this.ask(['clear']);
  }

  increment(key: string): Promise<number> {
    return this.ask(['increment', key]) as Promise<number>;
  }

  private async ask(call: Call): Promise<unknown> {
    const answer = await fetch(this.url, { method: 'POST', body: JSON.stringify(call) });
    return ((await answer.json()) as { value?: unknown }).value;
  }
}

/** The cache that a process is told to use, if any. */
export function cacheAt(url: string | undefined): RemoteCache | undefined {
  return url ? new RemoteCache(url) : undefined;
}

/** Holds the cache. */
export async function serveCache(): Promise<{ url: string; stop(): void }> {
  const cache = new InMemoryServerCache() as unknown as Record<
    string,
    (...args: unknown[]) => Promise<unknown>
  >;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [method, ...args] = JSON.parse(Buffer.concat(chunks).toString()) as Call;
      void cache[method]?.(...args).then(value => response.end(JSON.stringify({ value })));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
