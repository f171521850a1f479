/** `connect()` of one major of the SDK, on the local server. One file runs it for each major: both in one process disturb each other. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from '../../../src/local';
import { until } from '../../support/until';
import { WireProxy } from '../../support/wire-proxy';

interface Step {
  run<T>(id: string, body: () => T): Promise<Awaited<T>>;
  sleep(id: string, time: string): Promise<void>;
  invoke(id: string, options: { function: object; data: object }): Promise<unknown>;
}
type Handler = (context: { event: { data: { id: string } }; step: Step }) => Promise<unknown>;

/** One major, as far as the tests use it. */
export interface Major {
  client(options: object): { send(event: object): Promise<unknown> };
  /** A function that an event starts. */
  define(client: object, id: string, event: string, handler: Handler): object;
  connect(options: object): Promise<{ close(): Promise<void>; state: string }>;
}

export function connectSuite(major: Major): void {
  let server: LocalServer;
  let proxy: WireProxy;
  const connections: { close(): Promise<void> }[] = [];
  const did: string[] = [];

  beforeEach(async () => {
    did.length = 0;
    server = await startLocalServer({ port: 0, retryDelay: () => 20 });
    // Workers come through it, so that their sockets can be broken.
    proxy = new WireProxy(server.url, () => server.url);
    await proxy.listen();
  });
  afterEach(async () => {
    await Promise.all(connections.splice(0).map(connection => connection.close()));
    await proxy.close();
    await server.stop();
  });

  async function worker(instanceId: string, body: (id: string) => unknown = () => null) {
    const client = major.client({ id: 'connected', isDev: true, baseUrl: proxy.url });
    const child = major.define(client, 'child', 'connected/child', async ({ step, event }) =>
      step.run('inner', () => `child of ${event.data.id}`),
    );
    const go = major.define(client, 'go', 'connected/go', async ({ event: { data }, step }) => {
      await step.run('body', async () => {
        did.push(`${instanceId} ${data.id}`);
        await body(data.id);
      });
      await step.sleep('a week', '7d');
      return await step.invoke('invoked', { function: child, data });
    });
    const gatewayUrl = `${proxy.url.replace('http', 'ws')}/v0/connect`;
    const connection = await major.connect({
      // v4's word for it, and v3's.
      gatewayUrl,
      rewriteGatewayEndpoint: () => gatewayUrl,
      apps: [{ client, functions: [go, child] }],
      instanceId,
      isolateExecution: false,
      handleShutdownSignals: [],
    });
    connections.push(connection);
    return { client, connection };
  }

  const outputs = (slug: string) => async () => {
    const query =
      '{ runs(first: 100, orderBy: [], filter: {}) { edges { node { status output function { slug } } } } }';
    const answer = await fetch(`${server.url}/v0/gql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data } = (await answer.json()) as {
      data: { runs: { edges: { node: { status: string; output: string; function: { slug: string } } }[] } };
    };
    return data.runs.edges.map(({ node }) => node).filter(node => node.function.slug === slug);
  };
  const finished = async (count: number) =>
    await until(
      outputs('connected-go'),
      all => all.length === count && all.every(({ status }) => status === 'COMPLETED'),
    );

  test('functions execute in workers that share them, and steps, sleeps and invocations are remembered', async () => {
    const { client } = await worker('one');
    await worker('two');
    const ids = Array.from({ length: 6 }, (_, index) => `${index}`);
    await client.send(ids.map(id => ({ name: 'connected/go', data: { id } })));
    await server.advance('7d');
    expect((await finished(6)).map(({ output }) => output).sort()).toEqual(ids.map(id => `"child of ${id}"`));
    expect(new Set(did.map(line => line.split(' ')[0]))).toEqual(new Set(['one', 'two']));
    expect(did).toHaveLength(6);
  });

  test('a worker whose socket breaks in a step comes back with its result', async () => {
    let release = () => {};
    const released = new Promise<void>(resolve => (release = resolve));
    const { client, connection } = await worker('one', () => released);
    await client.send({ name: 'connected/go', data: { id: 'a' } });
    await until(() => did.length === 1);
    // What came on the socket before this answer has been read, the acknowledgement of the step's request, too.
    await client.send({ name: 'connected/child', data: { id: 'b' } });
    await until(outputs('connected-child'), all => all.some(({ status }) => status === 'COMPLETED'));
    const before = proxy.sockets;
    proxy.dropSockets();
    await until(() => proxy.sockets > before && connection.state === 'ACTIVE');
    release();
    await server.advance('7d');
    await finished(1);
    expect(did).toEqual(['one a']);
  });

  test('a worker that closes ends its step, and what follows goes to another one', async () => {
    let release = () => {};
    const released = new Promise<void>(resolve => (release = resolve));
    const { client, connection } = await worker('one', () => released);
    await client.send({ name: 'connected/go', data: { id: 'a' } });
    await until(() => did.length === 1);
    const closed = connection.close();
    await worker('two');
    release();
    await closed;
    await client.send({ name: 'connected/go', data: { id: 'b' } });
    await until(() => did.length === 2);
    await server.advance('7d');
    await finished(2);
    expect(did).toEqual(['one a', 'two b']);
  });
}
