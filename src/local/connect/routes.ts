import type { Context } from 'hono';
import { Hono } from 'hono';
import type { Service } from '../transport/service';
import { sessionToken } from './handshake';
import { BadMessage, decode, encode } from './messages';
import type { Requests } from './requests';

/** Where workers open their WebSockets. */
export const gatewayPath = '/v0/connect';

function protobuf(c: Context, bytes: Uint8Array): Response {
  return c.body(new Uint8Array(bytes), 200, { 'content-type': 'application/octet-stream' });
}

/** `POST /v0/connect/start`, by which a worker finds the gateway, and `/v0/connect/flush`, for answers that lost their socket. */
export function connectRoutes({ core }: Service, requests: Requests): Hono {
  return new Hono()
    .post('/v0/connect/start', c => {
      const { host, protocol } = new URL(c.req.url);
      const connectionId = core.ulid();
      const start = encode('StartResponse', {
        connectionId,
        gatewayEndpoint: `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${gatewayPath}`,
        gatewayGroup: 'local',
        sessionToken: sessionToken(connectionId),
        syncToken: /^bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '',
      });
      return protobuf(c, start);
    })
    .post('/v0/connect/flush', async c => {
      try {
        const response = decode('SDKResponse', new Uint8Array(await c.req.arrayBuffer()));
        requests.answered(response);
        return protobuf(c, encode('FlushResponse', { requestId: response.requestId }));
      } catch (problem) {
        if (!(problem instanceof BadMessage)) throw problem;
        return c.json({ error: problem.message, data: null, status: 400 }, 400);
      }
    });
}
