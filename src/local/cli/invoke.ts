import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { LocalServerError } from '../errors';
import { field, isObject, parseJson, parseOrText, text } from '../json';
import type { Json, JsonObject } from '../json';
import { findFunction, registeredFunctions } from './functions';
import type { Registered } from './functions';
import { ServerClient, serverUrl } from './server-client';
import { duration, note, printable, say } from './terminal';

const usage = `Usage: mastra-inngest-local invoke <workflow|function> [json] [options]

Starts a run on a running Inngest server, waits for its end and prints the result as JSON.

  json              the input of a workflow, or the event's data of a function, such as '{"value":5}'
      --url URL     the server (default: INNGEST_BASE_URL, or http://127.0.0.1:8288)
  -h, --help        this text

Ends with 1 where the run fails or is cancelled.
`;

const pollEvery = 200;
/** Inngest's dev server remembers for a while that an event had no run yet. */
const startPatience = 15_000;

const outputQuery =
  'query($id: String!) { runTraceSpanOutputByID(outputID: $id) { data error { name message } } }';
const traceQuery = 'query($id: String!) { run(runID: $id) { trace { outputID } } }';

function inputOf(json: string | undefined): Json {
  if (json === undefined) return {};
  const parsed = parseJson(json);
  if (parsed !== undefined) return parsed;
  throw new LocalServerError('INVALID_OPTION', `The input is not JSON: ${printable(json)}.`, {
    remedy: `Put it into quotes, as in '{"value":5}'.`,
  });
}

function dataOf(fn: Registered, input: Json): JsonObject {
  if (fn.workflow !== undefined) return { inputData: input, runId: randomUUID() };
  if (isObject(input)) return input;
  throw new LocalServerError('INVALID_OPTION', `What a function is given must be an object: ${fn.slug}.`, {
    remedy: `Such as '{"value":5}'.`,
  });
}

const pause = async (): Promise<void> => await new Promise(resolve => setTimeout(resolve, pollEvery));

/** The run that the invocation started, once it is over. */
async function endOf(server: ServerClient, eventId: string, fn: Registered): Promise<Json> {
  const deadline = performance.now() + startPatience;
  for (let told = false; ; await pause()) {
    const { body } = await server.get(`/v1/events/${eventId}/runs`);
    const runs = field(body, 'data');
    const run = Array.isArray(runs) ? runs[0] : undefined;
    if (run !== undefined && text(run, 'ended_at')) return run;
    if (run !== undefined || told || performance.now() < deadline) continue;
    told = true;
    note(
      `${printable(fn.slug)} has not been started: its flow control holds it back, or dropped it. Waiting.`,
    );
  }
}

/** What a run returned, or its error; the dev server's `/v1` has it late, or not at all. */
async function outputOf(server: ServerClient, runId: string): Promise<{ data?: Json; error?: Json }> {
  const ask = async (query: string, id: string, name: string): Promise<Json | undefined> => {
    const { body } = await server.post('/v0/gql', { query, variables: { id } });
    return field(field(body, 'data'), name);
  };
  const trace = field(await ask(traceQuery, runId, 'run'), 'trace');
  const output = await ask(outputQuery, text(trace, 'outputID') ?? '', 'runTraceSpanOutputByID');
  const data = text(output, 'data');
  const error = field(output, 'error');
  return { ...(data === undefined ? {} : { data: parseOrText(data) }), ...(error ? { error } : {}) };
}

/** What a workflow's function returns is the whole run. */
function resultOf(fn: Registered, output: Json | undefined): { status: string; result: Json } {
  if (fn.workflow === undefined) return { status: 'completed', result: output ?? null };
  const run = field(output, 'result') ?? output;
  const status = text(run, 'status') ?? 'completed';
  return { status, result: status === 'success' ? (field(run, 'result') ?? null) : (run ?? null) };
}

/** Starts a run, waits for its end, prints the result; gives the exit code. */
export async function invoke(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const [name, json, ...more] = positionals;
  if (values.help || name === undefined || more.length > 0) {
    (values.help ? say : note)(usage.trimEnd());
    return values.help ? 0 : 1;
  }
  const input = inputOf(json);
  const server = new ServerClient(serverUrl(values.url));
  const fn = findFunction(await registeredFunctions(server), 'workflow or function', name);
  const began = performance.now();
  const { body, status } = await server.post(`/invoke/${encodeURIComponent(fn.slug)}`, {
    data: dataOf(fn, input),
  });
  const eventId = text(body, 'id');
  if (eventId === undefined) {
    throw new LocalServerError('APP_REFUSED', `${server.url} refused to invoke ${fn.slug}: HTTP ${status}.`);
  }
  const run = await endOf(server, eventId, fn);
  return report(fn, run, await outputOf(server, text(run, 'run_id') ?? ''), performance.now() - began);
}

function report(fn: Registered, run: Json, output: { data?: Json; error?: Json }, took: number): number {
  const status = text(run, 'status');
  const what = `${printable(fn.workflow ?? fn.id)}, run ${text(run, 'run_id')}`;
  const after = `after ${duration(took)}`;
  if (status !== 'Completed') {
    const error = status === 'Failed' ? `: ${printable(text(output.error, 'message') ?? '')}` : '';
    note(`✗ ${what}: ${status?.toLowerCase()} ${after}${error}`);
    return 1;
  }
  const { status: how, result } = resultOf(fn, output.data);
  note(`✓ ${what}: ${how} ${after}`);
  say(JSON.stringify(result, null, 2));
  return 0;
}
