/* The page's one script. Whatever comes from the server is put in as text, never as HTML. */

const POLL_MS = 1000;
const byId = id => document.getElementById(id);

/** An element with attributes and children; a child that is a text stays a text. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const time = ms => (ms === null ? '' : new Date(ms).toLocaleTimeString());

function length(from, to) {
  if (from === null || to === null) return '';
  const ms = to - from;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

const status = name => el('span', { class: `status status-${name.toLowerCase()}` }, name);

function table(caption, heads, rows) {
  const head = el('tr', {}, ...heads.map(text => el('th', { scope: 'col' }, text)));
  const body = rows.map(cells => el('tr', {}, ...cells.map(cell => el('td', {}, cell))));
  return el('table', { 'aria-label': caption }, el('thead', {}, head), el('tbody', {}, ...body));
}

/** What of a part of the page was shown last: it is only made anew if that changes, so that focus and selections stay. */
const last = new Map();

function show(id, data, make) {
  const json = JSON.stringify(data);
  if (last.get(id) === json) return;
  last.set(id, json);
  const part = byId(id);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : '';
  const open = new Set([...part.querySelectorAll('details[open]')].map(details => details.id));
  const values = new Map([...part.querySelectorAll('textarea')].map(field => [field.id, field.value]));
  part.replaceChildren(make());
  for (const details of part.querySelectorAll('details')) details.open = open.has(details.id);
  for (const field of part.querySelectorAll('textarea')) field.value = values.get(field.id) ?? field.value;
  if (focused) byId(focused)?.focus();
}

function apps(list) {
  if (list.length === 0)
    return el(
      'p',
      {},
      'No app has registered yet. Start one whose Inngest client has this server as its baseUrl, or give its URL with -u.',
    );
  const rows = list.map(app => [app.name, app.sdk, app.framework, String(app.functions), app.url]);
  return table('Apps', ['App', 'SDK', 'Framework', 'Functions', 'URL'], rows);
}

async function invoke(event, fn, field, answer) {
  event.preventDefault();
  let value;
  try {
    value = field.value.trim() === '' ? {} : JSON.parse(field.value);
  } catch (error) {
    answer.textContent = `That is not JSON: ${error.message}`;
    return field.focus();
  }
  const data = fn.workflow ? { inputData: value, runId: crypto.randomUUID() } : value;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    answer.textContent = 'What a function is given must be an object.';
    return field.focus();
  }
  const response = await fetch(`/invoke/${encodeURIComponent(fn.slug)}`, {
    method: 'POST',
    body: JSON.stringify({ data }),
  }).catch(error => error);
  answer.textContent = response.ok ? 'Invoked: see Runs.' : 'The server did not take it.';
  await refresh();
}

function form(fn) {
  const id = `data-${fn.slug}`;
  const field = el('textarea', { id, rows: '4', spellcheck: 'false' });
  const answer = el('p', { role: 'status' });
  const label = fn.workflow ? 'Input, as JSON' : "The event's data, as JSON";
  const button = el('button', { id: `invoke-${fn.slug}` }, `Invoke ${fn.slug}`);
  const made = el('form', {}, el('label', { for: id }, label), field, button, answer);
  made.addEventListener('submit', event => void invoke(event, fn, field, answer));
  return el('details', { id: `form-${fn.slug}` }, el('summary', { id: `open-${fn.slug}` }, 'Invoke'), made);
}

function functions(list) {
  if (list.length === 0) return el('p', {}, 'There is none.');
  const rows = list.map(fn => [el('code', {}, fn.slug), fn.triggers.join(', '), form(fn)]);
  return table('Functions', ['Function', 'Started by', 'Invoke'], rows);
}

function runs({ runs: list, runsInAll }) {
  if (list.length === 0) return el('p', {}, 'There is none yet.');
  const rows = list.map(run => [
    el('a', { id: `run-${run.id}`, href: `#${run.id}` }, run.id),
    run.function,
    status(run.status),
    time(run.startedAt ?? run.queuedAt),
    length(run.startedAt, run.endedAt),
    run.event,
  ]);
  const heads = ['Run', 'Function', 'Status', 'Started', 'Duration', 'Event'];
  const made = el('div', {}, table('Runs', heads, rows));
  if (runsInAll > list.length) made.append(el('p', {}, `The newest ${list.length} of ${runsInAll}.`));
  return made;
}

function pretty({ text, cut }) {
  if (cut) return `${text}…`;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A value that opens; one that was cut has a link to all of it. */
function value(id, name, shown, href) {
  if (!shown) return '';
  const made = el('details', { id }, el('summary', { id: `${id}-open` }, name), el('pre', {}, pretty(shown)));
  if (shown.cut) made.append(el('a', { href }, `The whole ${name.toLowerCase()}`));
  return made;
}

function run(detail) {
  const base = `/local/runs/${encodeURIComponent(detail.id)}`;
  const rows = detail.steps.map(step => {
    const path = `${base}/steps/${encodeURIComponent(step.id)}`;
    return [
      step.name,
      step.op,
      status(step.status),
      String(step.attempts),
      time(step.startedAt),
      length(step.startedAt, step.endedAt),
      value(`input-${step.id}`, 'Input', step.input, `${path}/input`),
      value(`output-${step.id}`, 'Output', step.output, `${path}/output`),
    ];
  });
  const heads = ['Step', 'Op', 'Status', 'Attempts', 'Started', 'Duration', 'Input', 'Output'];
  const summary = el(
    'p',
    {},
    detail.function,
    ', ',
    status(detail.status),
    ` ${length(detail.startedAt, detail.endedAt)}`,
  );
  return el(
    'div',
    {},
    summary,
    value('run-input', 'Input', detail.input, `${base}/input`),
    value('run-output', 'Output', detail.output, `${base}/output`),
    rows.length > 0 ? table('Steps', heads, rows) : el('p', {}, 'No step yet.'),
  );
}

async function json(path) {
  const answer = await fetch(path);
  return { ok: answer.ok, body: await answer.json() };
}

async function refreshRun() {
  const id = decodeURIComponent(location.hash.slice(1));
  const isRun = /^[0-9A-Z]{26}$/.test(id);
  byId('run-section').hidden = !isRun;
  if (!isRun) return;
  const { ok, body } = await json(`/local/runs/${id}`);
  byId('run-heading').textContent = `Run ${id}`;
  const { now: _now, ...detail } = body;
  show('run', ok ? detail : body, () => (ok ? run(body) : el('p', {}, body.error)));
}

async function refresh() {
  try {
    const { body } = await json('/local/overview');
    show('apps', body.apps, () => apps(body.apps));
    show('functions', body.functions, () => functions(body.functions));
    show('runs', [body.runs, body.runsInAll], () => runs(body));
    await refreshRun();
    tell('');
  } catch {
    tell('The server does not answer; trying again.');
  }
}

function tell(text) {
  const place = byId('status');
  if (place.textContent !== text) place.textContent = text;
}

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL_MS);
}

addEventListener('hashchange', () => void refresh().then(() => byId('run-heading').focus()));
addEventListener('visibilitychange', () => void refresh());
void poll();
