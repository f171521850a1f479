import { Hono } from 'hono';
import { derivedUuid } from '../../../wire/ids';
import { parseJson } from '../../json';
import { RegistrationProblem } from '../../state/registration';
import { registerApp } from '../register-app';
import type { Service } from '../service';

/** `POST /fn/register`, and `GET /dev` by which SDKs find out that a dev server is there. */
export function registerRoutes({ core, health, keys }: Service): Hono {
  return new Hono()
    .post('/fn/register', async c => {
      const expected = c.req.header('x-inngest-expected-server-kind');
      if (expected && expected !== keys.serverKind) {
        const error = `Expected server kind ${keys.serverKind}, got ${expected}`;
        return c.json({ error, data: null, status: 400 }, 400);
      }
      const body = parseJson(await c.req.text());
      try {
        const { app, modified } = registerApp({ core, health }, body);
        return c.json({ ok: true, modified, sync_id: derivedUuid('sync', app.checksum), app_id: app.uuid });
      } catch (problem) {
        if (!(problem instanceof RegistrationProblem)) throw problem;
        return c.json({ error: problem.message, data: null, status: 400 }, 400);
      }
    })
    .get('/dev', c =>
      c.json({
        version: 'local',
        authed: keys.serverKind === 'cloud',
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
