import { Hono } from 'hono';
import { derivedUuid } from '../../../wire/ids';
import { LocalServerError } from '../../errors';
import type { Json } from '../../json';
import { field, parseJson, text } from '../../json';
import type { Entry } from '../../persist/journal';
import { RegistrationProblem, parseRegistration } from '../../state/registration';
import type { App } from '../../state/types';
import type { Service } from '../service';

/** Functions are recorded one by one, too: runs of those that an app no longer has go on. */
function appEntries(app: App, body: Json): Entry[] {
  const given = field(body, 'functions');
  const functions = (Array.isArray(given) ? given : []).map((raw): Entry => {
    const uuid = derivedUuid(app.uuid, text(raw, 'id') ?? '');
    return ['function', uuid, { raw, app: app.name, appUuid: app.uuid }];
  });
  return [['app', app.name, body], ...functions];
}

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
        const app = parseRegistration(body);
        const modified = core.registry.register(app);
        core.recorder.changed(`app ${app.name}`, () => appEntries(app, body ?? null));
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
