import { LocalServerError } from '../errors';
import { field, text } from '../json';
import type { Json } from '../json';
import { nearest } from '../../wire/nearest';
import type { ServerClient } from './server-client';

/** A function that an app has registered. */
export interface Registered {
  slug: string;
  /** The slug without its app. */
  id: string;
  /** Of a workflow: its id. */
  workflow: string | undefined;
}

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

/** A workflow is the function `workflow.<id>`, started by the event of the same name. */
function workflowOf(id: string, triggers: Json[]): string | undefined {
  const isIt = id.startsWith('workflow.') && triggers.some(trigger => text(trigger, 'value') === id);
  return isIt ? id.slice('workflow.'.length) : undefined;
}

/** Functions that are served for a workflow, or for all: nobody starts them by hand. */
function isOwn(id: string, ids: Set<string>): boolean {
  return id.startsWith('mastra.') || (id.endsWith('.resume') && ids.has(id.slice(0, -'.resume'.length)));
}

const query = '{ functions { slug app { externalID } triggers { value } } }';

/** All functions that the server knows. */
export async function registeredFunctions(server: ServerClient): Promise<Registered[]> {
  const { body } = await server.post('/v0/gql', { query });
  const functions = list(field(field(body, 'data'), 'functions')).map(fn => {
    const slug = text(fn, 'slug') ?? '';
    const app = `${text(field(fn, 'app'), 'externalID') ?? ''}-`;
    const id = slug.startsWith(app) ? slug.slice(app.length) : slug;
    return { slug, id, workflow: workflowOf(id, list(field(fn, 'triggers'))) };
  });
  const ids = new Set(functions.map(({ id }) => id));
  return functions.filter(({ id }) => !isOwn(id, ids));
}

/** What a user may call it. */
const namesOf = ({ slug, id, workflow }: Registered): string[] =>
  workflow === undefined ? [id, slug] : [workflow, id, slug];

function listed(functions: Registered[]): string {
  if (functions.length === 0) return 'No app has registered with the server yet.';
  return `There is: ${functions.map(fn => namesOf(fn)[0]).join(', ')}.`;
}

/**
 * The function of this name: a workflow's id, a function's id or a slug.
 * @throws LocalServerError `UNKNOWN_FUNCTION`
 */
export function findFunction(functions: Registered[], what: string, name: string): Registered {
  for (const exact of [
    (fn: Registered) => fn.slug === name,
    (fn: Registered) => namesOf(fn).includes(name),
  ]) {
    const found = functions.filter(exact);
    if (found.length > 1) {
      throw new LocalServerError('UNKNOWN_FUNCTION', `"${name}" is the name of several functions.`, {
        remedy: `Give one of ${found.map(({ slug }) => slug).join(', ')}.`,
      });
    }
    if (found[0]) return found[0];
  }
  const meant = nearest(name, functions.flatMap(namesOf));
  throw new LocalServerError('UNKNOWN_FUNCTION', `There is no ${what} "${name}".`, {
    remedy: `${meant === undefined ? '' : `Did you mean ${meant}? `}${listed(functions)}`,
  });
}
