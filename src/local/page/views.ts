import type { Core } from '../executor/core';
import { canonical, parseJson } from '../json';
import type { Json, JsonObject } from '../json';
import { names } from '../state/events';
import type { Run, StepTrace } from '../state/run';
import type { FunctionConfig } from '../state/types';
import { shownOutput } from '../shown-output';

const mostRuns = 100;
/** What is longer is cut, and can be read whole by its link. */
const longestValue = 4096;

function shown(json: string | undefined): JsonObject | null {
  if (json === undefined || json === '') return null;
  return { text: json.slice(0, longestValue), cut: json.length > longestValue };
}

function functionView(fn: FunctionConfig): JsonObject {
  const workflow = fn.triggers.some(
    ({ event }) => event?.startsWith('workflow.') && fn.slug.endsWith(`-${event}`),
  );
  const triggers = fn.triggers.map(({ event, cron }) =>
    cron === undefined ? (event ?? '') : `cron ${cron}`,
  );
  return { slug: fn.slug, name: fn.name, app: fn.appName, triggers, workflow };
}

function runView(run: Run): JsonObject {
  return {
    id: run.id,
    function: run.fn.slug,
    event: run.event.name,
    status: run.status,
    queuedAt: run.queuedAt,
    startedAt: run.startedAt ?? null,
    endedAt: run.end?.at ?? null,
    steps: run.traces.size,
  };
}

function stepView(run: Run, step: StepTrace): JsonObject {
  const memo = run.steps.get(step.id);
  return {
    id: step.id,
    name: step.name,
    op: step.op,
    status: step.status,
    attempts: step.attempts,
    startedAt: step.startedAt,
    endedAt: step.endedAt ?? null,
    input: shown(run.inputs.get(step.id) ?? step.input),
    output: shown(step.status === 'Failed' ? memo : shownOutput(memo)),
  };
}

/** Apps, functions and the latest runs. */
export function overview({ clock, registry, store }: Core): JsonObject {
  const runs = [...store.runs.values()].slice(-mostRuns).reverse();
  return {
    now: clock.now(),
    apps: [...registry.apps.values()].map(({ name, url, sdk, framework, functions }) => ({
      name,
      url,
      sdk,
      framework,
      functions: functions.length,
    })),
    functions: registry.functions.map(functionView),
    runs: runs.map(runView),
    runsInAll: store.runs.size,
  };
}

/** The JSON that a run was started with, without what the server added to an invocation. */
function inputOf(run: Run): string {
  const data = run.events.map(event => withoutMeta(event.name, event.data));
  return canonical(data.length === 1 ? (data[0] ?? null) : data);
}

function withoutMeta(name: string, data: Json): Json {
  if (name !== names.invoked || typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const { _inngest, ...rest } = data;
  return rest;
}

/** One run with its steps. */
export function runDetail({ clock }: Core, run: Run): JsonObject {
  return {
    now: clock.now(),
    ...runView(run),
    input: shown(inputOf(run)),
    output: shown(run.end?.output),
    steps: [...run.traces.values()].map(step => stepView(run, step)),
  };
}

/** A whole value of a run, or of one of its steps; undefined if it is not there (any more). */
export function wholeValue(run: Run, which: 'input' | 'output', stepId?: string): Json | undefined {
  const ofRun = which === 'input' ? inputOf(run) : run.end?.output;
  const ofStep = (id: string): string | undefined =>
    which === 'input' ? (run.inputs.get(id) ?? run.traces.get(id)?.input) : run.steps.get(id);
  return parseJson((stepId === undefined ? ofRun : ofStep(stepId)) ?? '');
}
