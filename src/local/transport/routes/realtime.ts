import type { Context } from 'hono';
import { Hono } from 'hono';
import { limits } from '../../executor/limits';
import { ENV_ID, randomId } from '../../ids';
import type { Json, JsonObject } from '../../json';
import { parseJson } from '../../json';
import { parseTopics } from '../../realtime/token';
import type { Service } from '../service';

const chunkLimit = 1000;

/** What is cut stays a text: half a JSON value is none. */
function payload(body: Buffer): Json {
  const cut = body.subarray(0, limits.realtimeMessage).toString('utf8');
  return parseJson(cut) ?? cut;
}

function envelope(c: Context, now: number): { channel: string; topic: string; frame: JsonObject } {
  const channel = c.req.query('channel') ?? '';
  const topic = c.req.query('topic') ?? '';
  const runId = c.req.query('run_id');
  const metadata = parseJson(c.req.query('metadata') ?? '');
  const frame: JsonObject = { created_at: new Date(now).toISOString(), channel, env_id: ENV_ID, topic };
  if (runId) frame['run_id'] = runId;
  if (metadata !== undefined) frame['metadata'] = metadata;
  return { channel, topic, frame };
}

async function publishStream({ core, hub }: Service, c: Context): Promise<Response> {
  const { channel, topic, frame } = envelope(c, core.clock.now());
  const streamId = randomId();
  hub.publish(channel, topic, { ...frame, kind: 'datastream-start', data: streamId });
  const decoder = new TextDecoder();
  let chunks = 0;
  for await (const bytes of c.req.raw.body ?? []) {
    if (++chunks > chunkLimit) break;
    // Chunks name no channel; the SDKs' clients drop such frames, as they do with the real server.
    hub.publish(channel, topic, {
      kind: 'chunk',
      stream_id: streamId,
      data: decoder.decode(bytes, { stream: true }),
    });
  }
  hub.publish(channel, topic, { ...frame, kind: 'datastream-end', data: streamId });
  return c.body(null, 200);
}

/** `/v1/realtime/token` and `/v1/realtime/publish`. */
export function realtimeRoutes(service: Service): Hono {
  const { core, hub, tokens } = service;
  return new Hono()
    .post('/v1/realtime/token', async c => {
      const topics = parseTopics(parseJson(await c.req.text()));
      if (!topics) {
        return c.json({ error: 'Invalid request: must provide a list of topics', status: 400 }, 400);
      }
      return c.json({ jwt: tokens.issue(topics, core.clock.now()) }, 201);
    })
    .post('/v1/realtime/publish', async c => {
      if (c.req.header('content-type') === 'text/stream') return await publishStream(service, c);
      const { channel, topic, frame } = envelope(c, core.clock.now());
      const data = payload(Buffer.from(await c.req.arrayBuffer()));
      hub.publish(channel, topic, { kind: 'data', data, ...frame });
      return c.body(null, 200);
    });
}
