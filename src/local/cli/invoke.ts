import { randomUUID } from 'node:crypto';
import { LocalServerError } from '../errors';
import { field, isObject, parseJson, parseOrText, text } from '../json';
import type { Json, JsonObject } from '../json';
import { runError } from '../executor/memo';
import { findFunction, registeredFunctions } from './functions';
import type { Registered } from './functions';
import { runArguments } from './run-arguments';
import type { ServerClient } from './server-client';
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

// Not `/v1/runs`: there the dev server has results late, or not at all.
const query = 'query($id: String!) { run(runID: $id) { status output } }';

/** A run that is over. */
interface Ended {
  id: string;
  status: string;
  output: Json | undefined;
}

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

/** The id of the run that the invocation started. */
async function startedRun(server: ServerClient, eventId: string, fn: Registered): Promise<string> {
  const deadline = performance.now() + startPatience;
  for (let told = false; ; await pause()) {
    const { body } = await server.get(`/v1/events/${eventId}/runs`);
    const runs = field(body, 'data');
    const id = Array.isArray(runs) ? text(runs[0], 'run_id') : undefined;
    if (id !== undefined) return id;
    if (told || performance.now() < deadline) continue;
    told = true;
    note(`${printable(fn.slug)} has not started: its flow control holds it back, or dropped it. Waiting.`);
  }
}

/** The dev server keeps the op that ended a function with checkpoints, and what it returned in it. */
function returned(json: string | undefined): Json | undefined {
  const output = json === undefined ? undefined : parseOrText(json);
  const op = Array.isArray(output) && output.length === 1 ? output[0] : undefined;
  return text(op, 'op') === 'RunComplete' && text(op, 'id') !== undefined ? field(op, 'data') : output;
}

async function endOf(server: ServerClient, id: string): Promise<Ended> {
  const deadline = performance.now() + startPatience;
  for (; ; await pause()) {
    const { body } = await server.post('/v0/gql', { query, variables: { id } });
    const run = field(field(body, 'data'), 'run');
    if (!isObject(run) && performance.now() > deadline) {
      throw new LocalServerError('UNKNOWN_RUN', `The server at ${server.url} no longer knows run ${id}.`, {
        remedy: 'It was started anew, or has forgotten the run.',
      });
    }
    const status = text(run, 'status')?.toLowerCase() ?? '';
    if (!['completed', 'failed', 'cancelled'].includes(status)) continue;
    return { id, status, output: returned(text(run, 'output')) };
  }
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
  const given = runArguments(args, usage);
  if (typeof given === 'number') return given;
  const { name, second: json, server } = given;
  const input = inputOf(json);
  const fn = findFunction(await registeredFunctions(server), 'workflow or function', name);
  const began = performance.now();
  const { body, status } = await server.post(`/invoke/${encodeURIComponent(fn.slug)}`, {
    data: dataOf(fn, input),
  });
  const eventId = text(body, 'id');
  if (eventId === undefined) {
    throw new LocalServerError('APP_REFUSED', `${server.url} refused to invoke ${fn.slug}: HTTP ${status}.`);
  }
  const run = await endOf(server, await startedRun(server, eventId, fn));
  return report(fn, run, performance.now() - began);
}

function report(fn: Registered, { id, status, output }: Ended, took: number): number {
  const what = `${printable(fn.workflow ?? fn.id)}, run ${id}`;
  const after = `after ${duration(took)}`;
  if (status !== 'completed') {
    const error = status === 'failed' ? `: ${printable(runError(output, '').message)}` : '';
    note(`✗ ${what}: ${status} ${after}${error}`);
    return 1;
  }
  const { status: how, result } = resultOf(fn, output);
  note(`✓ ${what}: ${how} ${after}`);
  say(JSON.stringify(result, null, 2));
  return 0;
}
