import { InMemoryServerCache, MastraServerCache } from '@mastra/core/cache';

/** A cache that several processes could share: each call takes a while, and values are copies. */
export class SharedCache extends MastraServerCache {
  private readonly inner = new InMemoryServerCache();

  constructor(private readonly pause: () => Promise<void> = async () => {}) {
    super({ name: 'SharedCache' });
  }

  async get(key: string): Promise<unknown> {
    await this.pause();
    return this.inner.get(key);
  }

  async set(key: string, value: unknown, ttlMs?: number): Promise<void> {
    await this.pause();
    await this.inner.set(key, value, ttlMs);
  }

  async listLength(key: string): Promise<number> {
    await this.pause();
    return this.inner.listLength(key);
  }

  async listPush(key: string, value: unknown): Promise<void> {
    await this.pause();
    await this.inner.listPush(key, JSON.parse(JSON.stringify(value)));
  }

  async listFromTo(key: string, from: number, to?: number): Promise<unknown[]> {
    await this.pause();
    const found = await this.inner.listFromTo(key, from, to);
    return JSON.parse(JSON.stringify(found)) as unknown[];
  }

  async delete(key: string): Promise<void> {
    await this.inner.delete(key);
  }

  async clear(): Promise<void> {
    await this.inner.clear();
  }

  async increment(key: string): Promise<number> {
    await this.pause();
    return this.inner.increment(key);
  }
}
