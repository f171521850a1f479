import type { Context } from 'hono';
import { Hono } from 'hono';
import { invokeFromOutside } from '../../executor/invoke';
import { isObject, parseJson } from '../../json';
import { EventProblem, ingest } from '../../state/ingest';
import type { StoredEvent } from '../../state/types';
import type { Service } from '../service';

async function send({ core }: Service, c: Context): Promise<Response> {
  // An empty list is answered with one empty id.
  const idsOf = (events: StoredEvent[]): string[] =>
    events[0] ? events.map(event => event.internalId) : [''];
  const body = await c.req.text();
  try {
    const events = ingest(body, { ulid: core.ulid, now: core.clock.now });
    core.emit(events);
    return c.json({ ids: idsOf(events), status: 200 });
  } catch (problem) {
    if (!(problem instanceof EventProblem)) throw problem;
    core.emit(problem.accepted);
    return c.json({ ids: idsOf(problem.accepted), status: 400, error: problem.message }, 400);
  }
}

/** `POST /e/:key` and `POST /invoke/:slug`. */
export function eventRoutes(service: Service): Hono {
  return new Hono()
    .post('/e/:key?', async c => {
      if (service.keys.acceptsEvents(c.req.param('key') ?? '')) return await send(service, c);
      return c.json({ error: 'Event key not found', message: '', status: 401 }, 401);
    })
    .post('/invoke/:slug', async c => {
      const payload = parseJson(await c.req.text());
      if (!isObject(payload)) {
        return c.json({ error: 'Unable to read post data request', data: null, status: 400 }, 400);
      }
      return c.json({ id: invokeFromOutside(service.core, c.req.param('slug'), payload), status: 200 });
    });
}
