import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

/** What websites other than this server's page may use, with the SDK or as it does: sending events, and realtime. */
const ofWebsites = /^\/(?:e\/|v1\/realtime\/|dev$|health$)/;

const fromAnywhere = cors();

/** Addresses, and names that no website can have: without a dot, or under a domain that is never public. */
const ownNames = /^(?:[^.]+|[\d.]+|\[[\da-f:.]+\]|.+\.(?:localhost|internal|local))$/i;
const ownMachine = /^(?:::ffff:)?127\.|^::1$/;

/**
 * A website that a developer has open reads no runs, and starts none: browsers name it in `origin`, or in `host` where its name was
 * made to lead here ("DNS rebinding"). Inngest's development server lets every website use everything.
 */
export const fromWebsites: MiddlewareHandler = async (c, next) => {
  if (ofWebsites.test(c.req.path)) return await fromAnywhere(c, next);
  const origin = c.req.header('origin');
  const from = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : origin;
  const host = c.req.header('host');
  if (from !== undefined && from !== host) return refused(c, `${origin} may not use this.`);
  const name = host?.replace(/:\d*$/, '');
  if (name !== undefined && !ownNames.test(name) && isFromOwnMachine(c))
    return refused(
      c,
      `${name} is no name of this machine: use 127.0.0.1, or have the proxy say so in "host".`,
    );
  return await next();
};

/** In a container or on a network, names of any kind may be this server's. */
function isFromOwnMachine(c: Context): boolean {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return ownMachine.test(incoming?.socket.localAddress ?? '');
}

const refused = (c: Context, error: string): Response => c.json({ error, data: null, status: 403 }, 403);
