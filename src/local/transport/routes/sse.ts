import type { Context } from 'hono';
import { Hono } from 'hono';
import type { Topic } from '../../realtime/token';
import type { Service } from '../service';

/** How long a connection lasts at most, ms. */
const longest = 15 * 60_000;

function tokenOf(c: Context): string {
  return /^bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? c.req.query('token') ?? '';
}

/** The messages of these topics, from now on. */
function eventStream({ core, hub, pingInterval }: Service, topics: Topic[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let leave = (): void => {};
  return new ReadableStream({
    start(controller) {
      const write = (text: string): void => controller.enqueue(encoder.encode(text));
      const unsubscribe = hub.join({ topics, deliver: frame => write(`data: ${frame}\n\n`) });
      const ping = setInterval(() => write(':\n\n'), pingInterval);
      const end = core.clock.at(core.clock.now() + longest, () => {
        leave();
        controller.close();
      });
      leave = () => {
        unsubscribe();
        clearInterval(ping);
        end.cancel();
      };
    },
    cancel: () => leave(),
  });
}

/** `GET /v1/realtime/sse`: realtime for clients that can't use WebSockets. */
export function sseRoutes(service: Service): Hono {
  const { core, tokens } = service;
  return new Hono().get('/v1/realtime/sse', c => {
    const topics = tokens.verify(tokenOf(c), core.clock.now());
    if (!topics) return c.json({ error: 'Not authenticated', data: null, status: 401 }, 401);
    return c.body(eventStream(service, topics), 200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
    });
  });
}
