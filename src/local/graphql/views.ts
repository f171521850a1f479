import type { Json, JsonObject } from '../json';
import { text } from '../json';
import { names } from '../state/events';
import type { Run, StepTrace } from '../state/run';
import type { App, FunctionConfig, Trigger } from '../state/types';

const iso = (ms: number | undefined): Json => (ms === undefined ? null : new Date(ms).toISOString());

function triggerView(trigger: Trigger): JsonObject {
  return trigger.cron === undefined
    ? { type: 'EVENT', value: trigger.event ?? '', condition: trigger.expression ?? null }
    : { type: 'CRON', value: trigger.cron, condition: null };
}

function appFields(app: App): JsonObject {
  const [language = '', version = ''] = app.sdk.split(':');
  return {
    id: app.uuid,
    externalID: app.name,
    name: app.name,
    sdkLanguage: language,
    sdkVersion: version,
    framework: app.framework,
    url: app.url,
    checksum: app.checksum,
    error: null,
    method: 'SERVE',
    connected: true,
    functionCount: app.functions.length,
    autodiscovered: false,
    appVersion: null,
  };
}

function functionFields(fn: FunctionConfig): JsonObject {
  return {
    id: fn.uuid,
    name: fn.name,
    slug: fn.slug,
    config: JSON.stringify({ cancel: fn.cancel, retries: { attempts: fn.maxAttempts - 1 }, ...fn.flow }),
    concurrency: fn.controls.concurrency.steps.find(({ key }) => !key)?.limit ?? 0,
    triggers: fn.triggers.map(triggerView),
    url: fn.url,
    appID: fn.appUuid,
    failureHandler: null,
  };
}

export function appView(app: App): JsonObject {
  return { ...appFields(app), functions: app.functions.map(functionFields) };
}

export function functionView(fn: FunctionConfig, app: App | undefined): JsonObject {
  return { ...functionFields(fn), app: app ? appFields(app) : null };
}

const operations: Record<string, string> = {
  Step: 'RUN',
  StepRun: 'RUN',
  StepPlanned: 'RUN',
  StepError: 'RUN',
  StepFailed: 'RUN',
  Sleep: 'SLEEP',
  WaitForEvent: 'WAIT_FOR_EVENT',
  WaitForSignal: 'WAIT_FOR_SIGNAL',
  InvokeFunction: 'INVOKE',
  Gateway: 'RUN',
};

function stepView(run: Run, step: StepTrace): JsonObject {
  const ended = step.endedAt;
  return {
    ...spanFields(run),
    spanID: step.id.slice(0, 16),
    name: step.name,
    status: step.op === 'Sleep' && step.status === 'Waiting' ? 'RUNNING' : step.status.toUpperCase(),
    attempts: step.attempts,
    duration: ended === undefined ? null : ended - step.startedAt,
    outputID: run.steps.has(step.id) ? `${run.id}.${step.id}` : null,
    queuedAt: iso(step.startedAt),
    startedAt: iso(step.startedAt),
    endedAt: iso(ended),
    stepOp: operations[step.op] ?? null,
    stepID: step.id,
    isRoot: false,
    childrenSpans: [],
  };
}

function spanFields(run: Run): JsonObject {
  return {
    appID: run.fn.appUuid,
    functionID: run.fn.uuid,
    runID: run.id,
    traceID: run.id,
    stepType: '',
    isUserland: false,
  };
}

/** The request in which the function came to its end. */
function endView(run: Run): JsonObject[] {
  const { end } = run;
  if (!end || end.status === 'Cancelled') return [];
  const name = end.status === 'Completed' ? 'function success' : 'function error';
  const id = `${run.id}.end`;
  const step: StepTrace = {
    id,
    name,
    op: '',
    status: end.status,
    attempts: 0,
    startedAt: end.at,
    endedAt: end.at,
  };
  return [{ ...stepView(run, step), stepID: null }];
}

function traceView(run: Run): JsonObject {
  const started = run.startedAt ?? run.queuedAt;
  return {
    ...spanFields(run),
    spanID: run.id.slice(-16).toLowerCase(),
    name: run.fn.slug,
    status: run.status.toUpperCase(),
    attempts: 0,
    duration: run.end ? run.end.at - started : null,
    outputID: run.end ? `${run.id}.` : null,
    queuedAt: iso(run.queuedAt),
    startedAt: iso(run.startedAt),
    endedAt: iso(run.end?.at),
    stepOp: null,
    stepID: null,
    isRoot: true,
    childrenSpans: [...[...run.traces.values()].map(step => stepView(run, step)), ...endView(run)],
  };
}

export function runView(run: Run, app: App | undefined): JsonObject {
  return {
    id: run.id,
    appID: run.fn.appUuid,
    app: app ? appFields(app) : null,
    functionID: run.fn.uuid,
    function: functionView(run.fn, app),
    traceID: run.id,
    queuedAt: iso(run.queuedAt),
    startedAt: iso(run.startedAt),
    endedAt: iso(run.end?.at),
    status: run.status.toUpperCase(),
    sourceID: null,
    triggerIDs: run.events.map(event => event.internalId),
    eventName: run.options.batchedAt === undefined ? run.event.name : null,
    isBatch: run.options.batchedAt !== undefined,
    batchCreatedAt: iso(run.options.batchedAt),
    cronSchedule: run.event.name === names.cron ? (text(run.event.data, 'cron') ?? null) : null,
    output: run.end?.output ?? null,
    trace: traceView(run),
    hasAI: false,
  };
}
