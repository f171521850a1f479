import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { LocalServerError, messageOf } from '../errors';
import { eventReadRoutes } from './routes/event-reads';
import { eventRoutes } from './routes/events';
import { graphqlRoutes } from './routes/graphql';
import { pageRoutes } from './routes/page';
import { realtimeRoutes } from './routes/realtime';
import { registerRoutes } from './routes/register';
import { runRoutes } from './routes/runs';
import { sseRoutes } from './routes/sse';
import type { Service } from './service';
import { fromWebsites } from './websites';

const largestBody = 64 * 2 ** 20;

/** What only an app may ask for. Subscribers to realtime have a token instead. */
const ofApps = /^\/(?:v1\/(?!realtime\/sse)|v0\/(?:runs|connect)\/|fn\/|dev$)/;

function requireKey({ keys }: Service): MiddlewareHandler {
  return async (c, next) => {
    if (!ofApps.test(c.req.path) || keys.accepts(c.req.header('authorization'))) return await next();
    return c.text('Authentication failed\n', 401);
  };
}

/** All HTTP routes; `more` are those of other parts. */
export function routes(service: Service, more: Hono): Hono {
  const tooLarge = { error: 'request body too large', data: null, status: 413 };
  return new Hono()
    .use(fromWebsites)
    .use(async (c, next) => {
      await next();
      c.header('x-inngest-server-kind', service.keys.serverKind);
      // Whoever is answered finds it, whatever becomes of this process.
      service.core.recorder.flush();
    })
    .use(bodyLimit({ maxSize: largestBody, onError: c => c.json(tooLarge, 413) }))
    .use(requireKey(service))
    .get('/health', c => c.json({ status: 200, message: 'OK' }))
    .route('/', pageRoutes(service))
    .route('/', eventRoutes(service))
    .route('/', registerRoutes(service))
    .route('/', eventReadRoutes(service))
    .route('/', runRoutes(service))
    .route('/', realtimeRoutes(service))
    .route('/', sseRoutes(service))
    .route('/', graphqlRoutes(service))
    .route('/', more)
    .onError((error, c) => c.json({ error: messageOf(error), data: null, status: 500 }, 500));
}

/**
 * Opens the port.
 * @throws LocalServerError `ADDRESS_IN_USE`, `ADDRESS_UNAVAILABLE`, `INVALID_OPTION`
 */
export async function listen(app: Hono, host: string, port: number): Promise<Server> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  // Apps keep their connections; one that is closed while it is being used looks like a crash to them.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(addressError(error, host, port)));
    try {
      server.listen(port, host, resolve);
    } catch (error) {
      reject(new LocalServerError('INVALID_OPTION', `${messageOf(error)}`, { cause: error }));
    }
  });
  return server;
}

function addressError(error: NodeJS.ErrnoException, host: string, port: number): LocalServerError {
  if (error.code === 'EADDRINUSE') {
    return new LocalServerError('ADDRESS_IN_USE', `Port ${port} on ${host} is in use.`, {
      remedy: 'Stop what uses it, or choose another port (0 finds a free one).',
      cause: error,
    });
  }
  return new LocalServerError('ADDRESS_UNAVAILABLE', `Cannot listen on ${host}:${port}: ${error.message}.`, {
    remedy: 'Use a host name or address of this machine.',
    cause: error,
  });
}
