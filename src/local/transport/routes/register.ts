import { Hono } from 'hono';
import { derivedUuid } from '../../../wire/ids';
import { LocalServerError } from '../../errors';
import { parseJson, text } from '../../json';
import { RegistrationProblem, parseRegistration } from '../../state/registration';
import type { Service } from '../service';

/** `POST /fn/register`, and `GET /dev` by which SDKs find out that a dev server is there. */
export function registerRoutes({ core, health }: Service): Hono {
  return new Hono()
    .post('/fn/register', async c => {
      const expected = c.req.header('x-inngest-expected-server-kind');
      if (expected && expected !== 'dev') {
        const error = `Expected server kind ${expected}, got dev`;
        return c.json({ error, data: null, status: 400 }, 400);
      }
      const body = parseJson(await c.req.text());
      try {
        const app = parseRegistration(body);
        const modified = core.registry.register(app);
        health.registered(app, modified);
        return c.json({ ok: true, modified, sync_id: derivedUuid('sync', app.checksum), app_id: app.uuid });
      } catch (problem) {
        if (!(problem instanceof RegistrationProblem)) throw problem;
        health.failed(text(body, 'url') ?? '', new LocalServerError('APP_REFUSED', problem.message));
        return c.json({ error: problem.message, data: null, status: 400 }, 400);
      }
    })
    .get('/dev', c =>
      c.json({
        version: 'local',
        authed: false,
        startOpts: { sdkURLs: [...core.registry.apps.values()].map(app => app.url) },
        functions: core.registry.functions.map(
          ({ uuid, slug, name, triggers, cancel, maxAttempts, flow }) => ({
            id: uuid,
            slug,
            name,
            triggers,
            cancel,
            steps: { step: { retries: { attempts: maxAttempts - 1 } } },
            ...flow,
          }),
        ),
        handlers: [...core.registry.apps.values()].map(({ name, url, sdk, framework }) => ({
          name,
          url,
          sdk,
          framework,
        })),
      }),
    );
}
