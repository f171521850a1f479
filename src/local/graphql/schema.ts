import { cancelRun } from '../executor/finalize';
import { RerunProblem, rerun } from '../executor/rerun';
import type { Json, JsonObject } from '../json';
import { field, isObject, parseJson, text } from '../json';
import type { Run } from '../state/run';
import { invokeFromOutside } from '../executor/invoke';
import type { Service } from '../transport/service';
import type { Resolvers } from './resolve';
import { FieldProblem } from './resolve';
import { appView, functionView, runView } from './views';

type Core = Service['core'];

const appOf = (core: Core, run: Run) => core.registry.apps.get(run.fn.appName);
const view = (core: Core, run: Run): JsonObject => runView(run, appOf(core, run));

function findRun(core: Core, args: JsonObject): Run {
  const run = core.store.runs.get(text(args, 'runID') ?? '');
  if (!run) throw new FieldProblem('run not found');
  return run;
}

function texts(value: Json | undefined): string[] | undefined {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : undefined;
}

function selected(core: Core, filter: Json | undefined): Run[] {
  const from = Date.parse(text(filter, 'from') ?? '') || 0;
  const until = Date.parse(text(filter, 'until') ?? '') || Number.POSITIVE_INFINITY;
  const status = texts(field(filter, 'status'));
  const functions = texts(field(filter, 'functionIDs'));
  return [...core.store.runs.values()].filter(
    run =>
      run.queuedAt >= from &&
      run.queuedAt <= until &&
      (status?.includes(run.status.toUpperCase()) ?? true) &&
      (functions?.includes(run.fn.uuid) ?? true),
  );
}

const orderings: Record<string, (run: Run) => number> = {
  QUEUED_AT: run => run.queuedAt,
  STARTED_AT: run => run.startedAt ?? 0,
  ENDED_AT: run => run.end?.at ?? 0,
};

function listRuns(core: Core, args: JsonObject): JsonObject {
  const order = field(args, 'orderBy');
  const [first] = Array.isArray(order) ? order : [order];
  const key = orderings[text(first, 'field') ?? 'QUEUED_AT'] ?? ((run: Run) => run.queuedAt);
  const sign = text(first, 'direction') === 'ASC' ? 1 : -1;
  // Ids sort by time, too, and tell runs of one millisecond apart.
  const runs = selected(core, field(args, 'filter')).sort(
    (a, b) => sign * (key(a) - key(b) || (a.id < b.id ? -1 : 1)),
  );
  const after = text(args, 'after');
  const start = after === undefined ? 0 : runs.findIndex(run => run.id === after) + 1;
  const count = field(args, 'first');
  const page = runs.slice(start, start + (typeof count === 'number' ? count : 40));
  return {
    edges: page.map(run => ({ node: view(core, run), cursor: run.id })),
    pageInfo: {
      hasNextPage: start + page.length < runs.length,
      hasPreviousPage: start > 0,
      startCursor: page[0]?.id ?? null,
      endCursor: page.at(-1)?.id ?? null,
    },
    totalCount: runs.length,
  };
}

function rerunFrom(core: Core, args: JsonObject): string {
  const from = field(args, 'fromStep');
  const input = text(from, 'input');
  try {
    const options = isObject(from)
      ? { stepId: text(from, 'stepID') ?? '', ...(input === undefined ? {} : { input }) }
      : undefined;
    return rerun(core, findRun(core, args), options).id;
  } catch (problem) {
    if (problem instanceof RerunProblem) throw new FieldProblem(problem.message);
    throw problem;
  }
}

/** `<run>.` is the run's output, `<run>.<step>` the step's. */
function spanOutput(core: Core, args: JsonObject): JsonObject {
  const [runId = '', stepId = ''] = (text(args, 'outputID') ?? '').split('.');
  const run = core.store.runs.get(runId);
  const memo = stepId ? run?.steps.get(stepId) : run?.end?.output;
  const parsed = memo === undefined ? undefined : parseJson(memo);
  const error = stepId ? field(parsed, 'error') : run?.status === 'Failed' ? parsed : undefined;
  return {
    input: run?.inputs.get(stepId) ?? null,
    data: error === undefined && memo !== undefined ? memo : null,
    error: isObject(error)
      ? {
          message: text(error, 'message') ?? '',
          name: text(error, 'name') ?? null,
          stack: text(error, 'stack') ?? null,
        }
      : null,
  };
}

/** The fields of `/v0/gql`. */
export function schema(service: Service): Resolvers {
  const { core } = service;
  const { registry } = core;
  return {
    apps: () => [...registry.apps.values()].map(appView),
    functions: () => registry.functions.map(fn => functionView(fn, registry.apps.get(fn.appName))),
    functionBySlug: args => {
      const slug = text(field(args, 'query'), 'functionSlug') ?? text(args, 'slug') ?? '';
      const fn = registry.find(slug);
      return fn ? functionView(fn, registry.apps.get(fn.appName)) : null;
    },
    runs: args => listRuns(core, args),
    run: args => {
      const run = core.store.runs.get(text(args, 'runID') ?? '');
      return run ? view(core, run) : null;
    },
    runTraceSpanOutputByID: args => spanOutput(core, args),
    cancelRun: args => {
      const run = findRun(core, args);
      cancelRun(core, run);
      return view(core, run);
    },
    rerun: args => rerunFrom(core, args),
    invokeFunction: args => {
      const payload: JsonObject = { data: field(args, 'data') ?? {} };
      const user = field(args, 'user');
      if (user !== undefined && user !== null) payload['user'] = user;
      // True also for a function that does not exist, as on the real server.
      invokeFromOutside(core, text(args, 'functionSlug') ?? '', payload);
      return true;
    },
  };
}
