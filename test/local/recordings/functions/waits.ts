import type { Kit } from '../lib/sdk.js';

/** Everything that waits for something outside: events, signals, other functions, time, a fetch, a cancellation. */
export function defineWaits(kit: Kit, helloUrl: string): void {
  const { fn, ns, appId } = kit;
  fn({ id: 'wait', retries: 0 }, { event: ns('t/wait') }, async ({ step }) => {
    const matching = { event: ns('t/go'), timeout: '10s', if: 'async.data.k == event.data.k' };
    const w = await step.waitForEvent('w', matching);
    const n = await step.waitForEvent('w2', { event: ns('t/never'), timeout: '1s' });
    return { w, n };
  });
  fn({ id: 'sig', retries: 0 }, { event: ns('t/sig') }, async ({ step, event }) => {
    const r = await step.waitForSignal('ws', { signal: ns(`sig-${String(event.data['k'])}`), timeout: '5s' });
    return { r };
  });
  fn({ id: 'sigsend', retries: 0 }, { event: ns('t/sigsend') }, async ({ step, event }) =>
    step.sendSignal('ss', { signal: ns(`sig-${String(event.data['k'])}`), data: { hello: 1 } }),
  );
  fn({ id: 'sleepuntil', retries: 0 }, { event: ns('t/sleepuntil') }, async ({ step }) => {
    await step.sleepUntil('su', new Date(Date.now() + 2000));
    return 1;
  });
  fn({ id: 'send', retries: 0 }, { event: ns('t/send') }, async ({ step }) =>
    step.sendEvent('se', [
      { name: ns('t/x'), data: { a: 1 } },
      { name: ns('t/y'), data: {}, id: `myid-${Date.now()}` },
    ]),
  );
  fn({ id: 'fetchg', retries: 0 }, { event: ns('t/fetchg') }, async ({ step }) => {
    const r = await step.fetch(`${helloUrl}/hello`);
    return { s: r.status, t: await r.text() };
  });
  fn(
    {
      id: 'canc',
      retries: 0,
      cancelOn: [
        { event: ns('t/cancel'), match: 'data.k' },
        { event: ns('t/cancel2'), if: 'async.data.k == event.data.k', timeout: '1h' },
      ],
      onFailure: async ({ event }) => event.data,
    },
    { event: ns('t/canc') },
    async ({ step }) => {
      await step.run('pre', () => 1);
      await step.sleep('long', '60s');
      return 1;
    },
  );
  fn({ id: 'oncanc' }, { event: 'inngest/function.cancelled' }, async ({ event }) => event.data);
  fn(
    { id: 'onfin' },
    { event: 'inngest/function.finished', if: `event.data.function_id == '${appId}-seq'` },
    async ({ event }) => event.data,
  );
  defineInvokes(kit);
  definePublish(kit);
}

function defineInvokes({ fn, ns, sdk }: Kit): void {
  const child = fn({ id: 'child', retries: 0 }, [{ event: ns('t/child') }], async ({ event, step }) => {
    const r = await step.run('cs', () => ({ got: event.data }));
    if (event.data['fail']) throw Object.assign(new RangeError('child failed'), { cause: new Error('deep') });
    return { child: r, name: event.name, id: event.id, user: event.user, v: event.v };
  });
  fn({ id: 'inv', retries: 0 }, { event: ns('t/inv') }, async ({ step }) => {
    const user = sdk.major === 3 ? { user: { u: 1 } } : {};
    const r = await step.invoke('i1', { function: child, data: { n: 1 }, ...user });
    let err: unknown;
    let err2: unknown;
    try {
      await step.invoke('i2', { function: child, data: { fail: true } });
    } catch (caught) {
      const e = caught as Error & { cause?: Error };
      const cause = e.cause && { n: e.cause.name, m: e.cause.message };
      err = { name: e.name, message: e.message, cause, keys: Object.keys(e), stack: e.stack?.slice(0, 200) };
    }
    try {
      await step.invoke('i3', { function: sdk.referenceFunction({ functionId: 'nope' }), data: {} });
    } catch (caught) {
      err2 = { name: (caught as Error).name, message: (caught as Error).message };
    }
    return { r, err, err2 };
  });
  fn({ id: 'invto', retries: 0 }, { event: ns('t/invto') }, async ({ step }) => {
    try {
      const slow = sdk.referenceFunction({ functionId: 'slow' });
      return await step.invoke('it', { function: slow, data: {}, timeout: '2s' });
    } catch (e) {
      return { name: (e as Error).name, message: (e as Error).message };
    }
  });
  fn({ id: 'slow', retries: 0 }, { event: ns('t/slow') }, async ({ step }) => {
    await step.sleep('s', '8s');
    return 'slow';
  });
}

function definePublish({ fn, ns, sdk, client, baseUrl }: Kit): void {
  const topic = { channel: 'workflow:w1:r1', topic: 'watch', config: {} };
  fn({ id: 'pub', retries: 0 }, { event: ns('t/pub') }, async ({ step, runId }) => {
    if (sdk.major === 3) {
      // What the realtime middleware of v3 does: outside a step it makes one of its own, inside it only posts.
      await step.run('publish:workflow:w1:r1', () => post(baseUrl, runId, { type: 'a', runId }));
      await step.run('s', async () => {
        await post(baseUrl, runId, { type: 'b' });
        return 1;
      });
    } else {
      await client.realtime.publish(topic, { type: 'a', runId });
      await step.realtime?.publish('rp', topic, { type: 'b' });
    }
    return 'published';
  });
}

async function post(baseUrl: string, runId: string, data: unknown): Promise<void> {
  const query = new URLSearchParams({ channel: 'workflow:w1:r1', run_id: runId, topic: 'watch' });
  const answer = await fetch(`${baseUrl}/v1/realtime/publish?${query.toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer' },
    body: JSON.stringify(data),
  });
  if (!answer.ok) throw new Error(`publish: ${answer.status}`);
}
