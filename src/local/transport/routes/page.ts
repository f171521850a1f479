import type { Context } from 'hono';
import { Hono } from 'hono';
import { css, html, script } from '../../page/files';
import { overview, runDetail, wholeValue } from '../../page/views';
import type { Service } from '../service';

/** Nothing but the page's own files is loaded or executed, whatever a name or an output contains. */
const policy = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** The page at `/`, and the reads that it and the commands make. */
export function pageRoutes({ core, hub }: Service): Hono {
  const file = (c: Context, type: string, body: string): Response =>
    c.body(body, 200, { 'content-type': `${type}; charset=utf-8`, ...policy });
  const missing = (c: Context): Response =>
    c.json({ error: `There is no run ${c.req.param('id')}, or it has been forgotten.` }, 404);
  const value = (c: Context, stepId?: string): Response => {
    const run = core.store.runs.get(c.req.param('id') ?? '');
    const which = c.req.param('which');
    if (!run || (which !== 'input' && which !== 'output')) return missing(c);
    const found = wholeValue(run, which, stepId);
    // Not HTML, whatever it contains.
    if (found === undefined) return c.json({ error: `There is no ${which}.` }, 404, policy);
    return c.body(JSON.stringify(found, null, 2), 200, { 'content-type': 'application/json', ...policy });
  };
  return new Hono()
    .get('/', c => file(c, 'text/html', html))
    .get('/local/page.css', c => file(c, 'text/css', css))
    .get('/local/page.js', c => file(c, 'text/javascript', script))
    .get('/local/overview', c => c.json(overview(core)))
    .get('/local/runs/:id', c => {
      const run = core.store.runs.get(c.req.param('id'));
      return run ? c.json(runDetail(core, run)) : missing(c);
    })
    .get('/local/runs/:id/:which', c => value(c))
    .get('/local/runs/:id/steps/:step/:which', c => value(c, c.req.param('step')))
    .get('/local/messages', c => {
      const after = Number(c.req.query('after') ?? 0) || 0;
      return c.json({ messages: hub.history.after(after, c.req.query('prefix') ?? '') });
    });
}
