import { derivedUuid } from '../../wire/ids';
import { LocalServerError } from '../errors';
import type { Json } from '../json';
import { field, text } from '../json';
import type { Entry } from '../persist/journal';
import { RegistrationProblem, parseRegistration } from '../state/registration';
import type { App } from '../state/types';
import type { Service } from './service';

/** Functions are recorded one by one, too: runs of those that an app no longer has go on. */
function appEntries(app: App, body: Json): Entry[] {
  const given = field(body, 'functions');
  const functions = (Array.isArray(given) ? given : []).map((raw): Entry => {
    const uuid = derivedUuid(app.uuid, text(raw, 'id') ?? '');
    return ['function', uuid, { raw, app: app.name, appUuid: app.uuid }];
  });
  return [['app', app.name, body], ...functions];
}

/**
 * Takes an app's functions, however they came.
 * @throws RegistrationProblem
 */
export function registerApp(
  { core, health }: Pick<Service, 'core' | 'health'>,
  body: Json | undefined,
): { app: App; modified: boolean } {
  try {
    const app = parseRegistration(body);
    const modified = core.registry.register(app);
    core.recorder.changed(`app ${app.name}`, () => appEntries(app, body ?? null));
    health.registered(app, modified);
    return { app, modified };
  } catch (problem) {
    if (problem instanceof RegistrationProblem)
      health.failed(text(body, 'url') ?? '', new LocalServerError('APP_REFUSED', problem.message));
    throw problem;
  }
}
