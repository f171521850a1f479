/** Runs one case on one engine and writes down all that a user could see of it. */
import { randomUUID } from 'node:crypto';
import type { Mastra } from '@mastra/core';
import { RequestContext } from '@mastra/core/request-context';
import { type Execution, byName } from './executions';
import type { Calls, Case, Flow, LegCase } from './kit';
import { Normaliser, type Plain } from './normalise';

/** A run's outcome in comparable form. */
export interface Observation {
  [part: string]: Plain;
  /** What `start()` gave: `{ result }` or `{ thrown }`. */
  start: Plain;
  snapshot: Plain;
  /** The stream's events by step, in order. */
  events: Plain;
  calls: Plain;
  /** What each piece of user code was given, time by time. */
  executions: Plain;
}

/** What the kits of a case have counted. */
export interface UserCode {
  calls: Calls;
  executions: readonly Execution[];
}

interface WatchedEvent {
  type: string;
  payload?: Record<string, unknown>;
  data?: unknown;
}

interface AnyRun {
  readonly runId: string;
  readonly pubsub: {
    subscribe(topic: string, callback: unknown): Promise<void>;
    unsubscribe(topic: string, callback: unknown): Promise<void>;
  };
  watch(callback: (event: WatchedEvent) => void): () => void;
  start(args: object): Promise<unknown>;
}

/** No run of a case shows nothing for this long, in seconds, even on a busy machine; one that hangs must not hang the suite. */
const PATIENCE = 60;

export async function observe(mastra: Mastra, userCode: () => UserCode, one: Case): Promise<Observation> {
  const workflow = mastra.getWorkflowById(one.name as never) as unknown as Flow & {
    createRun(options: object): Promise<AnyRun>;
    engineType: string;
  };
  const normaliser = new Normaliser(workflow);
  // Its prefix tells it from the ids of other runs, which are compared as ids only.
  const runId = `own-${randomUUID()}`;
  const events: WatchedEvent[] = [];
  const legs: Plain[] = [];
  let start: Plain;
  try {
    const run = await workflow.createRun({ runId, resourceId: one.resourceId, ...one.run });
    const unwatch = run.watch(event => events.push(asSent(event)));
    const channel = await onChannel(run);
    start = normaliser.plain(await outcomeOf(run, one, events)) ?? null;
    if (workflow.engineType === 'inngest') {
      await lastEvent(events, start);
      // A watcher may know the end before the channel has told it, and the next leg listens to the channel.
      await lastEvent(channel.events, start);
    }
    unwatch();
    await channel.leave();
    for (const index of (one.legs ?? []).keys()) {
      const next = await workflow.createRun({ runId, resourceId: one.resourceId });
      legs.push(await observeLeg(next, one, normaliser, workflow.engineType, index));
    }
  } catch (error) {
    start = normaliser.plain({ refused: error });
  }
  const { calls, executions } = userCode();
  return {
    start,
    ...(one.legs && { legs }),
    snapshot: normaliser.plain(await storedSnapshot(mastra, one.name, runId)),
    events: normaliser.plain(byStep(inOrder(events, one))),
    calls,
    executions: byName(executions, one.unordered),
  };
}

/** What a run's channel brings. */
async function onChannel({ pubsub, runId }: AnyRun) {
  const events: WatchedEvent[] = [];
  const topic = `workflow.events.v2.${runId}`;
  const listener = (event: { data: WatchedEvent }) => events.push(event.data);
  await pubsub.subscribe(topic, listener);
  return { events, leave: () => pubsub.unsubscribe(topic, listener) };
}

/** What a later leg gave, and its own events. */
async function observeLeg(
  run: AnyRun,
  one: Case,
  normaliser: Normaliser,
  engineType: string,
  index: number,
): Promise<Plain> {
  const { call, args, requestContext } = one.legs?.[index] as LegCase;
  const events: WatchedEvent[] = [];
  const given = {
    outputWriter: async (chunk: WatchedEvent) => events.push(asSent(chunk)),
    outputOptions: { includeState: true, includeResumeLabels: true },
    ...(requestContext && { requestContext: new RequestContext(Object.entries(requestContext) as never) }),
    ...structuredClone(args),
  };
  // A watcher that comes late sees the past too; here only the leg is compared.
  const pubsub = run.pubsub;
  const topic = `workflow.events.v2.${run.runId}`;
  const listener = (event: { data: WatchedEvent; runId: string }) => {
    if (event.runId === run.runId) events.push(asSent(event.data));
  };
  const nested = (event: { runId: string; data: { event: WatchedEvent; workflowId: string } }) => {
    if (event.runId === run.runId) events.push(asSent(prefixed(event.data)));
  };
  await pubsub.subscribe(topic, listener);
  await pubsub.subscribe('nested-watch', nested);
  const outcome = normaliser.plain(
    await inTime((run as never as Record<string, RunCall>)[call]?.call(run, given), events),
  );
  if (engineType === 'inngest') await lastEvent(events, outcome ?? null);
  await pubsub.unsubscribe(topic, listener);
  await pubsub.unsubscribe('nested-watch', nested);
  return { index, outcome: outcome ?? null, events: normaliser.plain(byStep(inOrder(events, one))) };
}

type RunCall = (args: object) => Promise<unknown>;

/** As core's `watch` shows an event of a nested workflow. */
function prefixed({ event, workflowId }: { event: WatchedEvent; workflowId: string }): WatchedEvent {
  const id = event.payload?.id;
  if (typeof id !== 'string') return event;
  return { ...event, payload: { ...event.payload, id: `${workflowId}.${id}` } };
}

async function inTime(run: Promise<unknown> | undefined, events: WatchedEvent[]): Promise<object> {
  let timer: NodeJS.Timeout | undefined;
  let seen = -1;
  let quiet = 0;
  const tooLong = new Promise<object>(resolve => {
    // In ticks and not by the clock: while this very process is kept waiting, nothing of it can show anything.
    timer = setInterval(() => {
      quiet = events.length === seen ? quiet + 1 : 0;
      seen = events.length;
      if (quiet > PATIENCE) resolve({ hangs: true });
    }, 1000);
  });
  const ended = (run ?? Promise.reject(new Error('no such call'))).then(
    result => ({ result }),
    (error: unknown) => ({ thrown: error }),
  );
  return Promise.race([ended, tooLong]).finally(() => clearInterval(timer));
}

async function outcomeOf(run: AnyRun, one: Case, events: WatchedEvent[]): Promise<object> {
  // Core works on the very objects that it is given, and the next engine must not see what became of them.
  const { input, start } = structuredClone({ input: one.input, start: one.start });
  const { requestContext, ...options } = start ?? {};
  const args = {
    inputData: input,
    // What core's `stream()` does with a writer's chunks; ours publishes them always, and takes no notice of this.
    outputWriter: async (chunk: WatchedEvent) => events.push(asSent(chunk)),
    outputOptions: { includeState: true, includeResumeLabels: true },
    ...(requestContext && { requestContext: new RequestContext(Object.entries(requestContext) as never) }),
    ...options,
  };
  return inTime(run.start(args), events);
}

/** The channel may be behind the store; its last event says that all others are here. */
async function lastEvent(events: WatchedEvent[], start: Plain): Promise<void> {
  // In pauses and not by the clock, as above. On a busy machine a run takes many seconds, and its events may take as long again.
  const hasResult = JSON.stringify(start).startsWith('{"result"');
  for (let tries = 0; tries < (hasResult ? 12_000 : 20); tries++) {
    if (events.some(event => event.type === 'workflow-finish')) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  if (hasResult) throw new Error(`Nobody was told the end of the run: ${JSON.stringify(events)}`);
}

/** As a consumer in another process gets it, and as it was at that moment. Stacks are no part of an event in core. */
function asSent(event: WatchedEvent): WatchedEvent {
  const text = JSON.stringify(event, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    if (value instanceof Error) {
      const { name, message, cause } = value;
      return { ...value, name, message, cause };
    }
    const serialised = value as { name?: unknown; message?: unknown; stack?: unknown } | null;
    if (typeof serialised?.stack !== 'string' || typeof serialised.message !== 'string') return value;
    return { ...serialised, stack: undefined };
  });
  return JSON.parse(text) as WatchedEvent;
}

/** Order is compared within a step: between parallel steps there is none. */
function byStep(events: WatchedEvent[]): Record<string, unknown> {
  const steps: Record<string, unknown[]> = {};
  const calls = new Map<string, number>();
  for (const event of events) {
    // Core's stream makes it when the run ends; ours must carry it on the channel.
    if (event.type === 'workflow-finish') continue;
    const { id, stepName } = event.payload ?? {};
    const step = [id, stepName].find(name => typeof name === 'string') ?? '(run)';
    (steps[step] ??= []).push(withNamedCall(event, calls, step));
  }
  for (const [step, list] of Object.entries(steps)) steps[step] = byCall(list as WatchedEvent[]);
  return steps;
}

/** One step that runs twice at once has two sequences; between them there is no order, either. */
function byCall(events: WatchedEvent[]): WatchedEvent[] {
  const calls = events.map(event => event.payload?.stepCallId);
  if (!calls.every(call => typeof call === 'string')) return events;
  return [...new Set(calls)].flatMap(call => events.filter(event => event.payload?.stepCallId === call));
}

function inOrder(events: WatchedEvent[], { unordered, opsOrder }: Case): WatchedEvent[] {
  if (!unordered) return events;
  const ordered = inOrderOfItems(events);
  // How many had ended before is another number where they end in another order.
  return opsOrder ? ordered.map(withoutCount) : ordered;
}

function withoutCount(event: WatchedEvent): WatchedEvent {
  if (event.type !== 'workflow-step-progress') return event;
  return { ...event, payload: { ...event.payload, completedCount: undefined } };
}

/**
 * For steps whose items run at once: starts, what the items wrote, their progress in the items' order, the rest. Which of
 * two such items ends first is chance, and so is which of them has which count. None may be missing or come twice.
 */
function inOrderOfItems(events: WatchedEvent[]): WatchedEvent[] {
  const ranked = (kind: (event: WatchedEvent) => boolean) => events.filter(kind);
  const isStart = ({ type }: WatchedEvent) => type === 'workflow-step-start';
  const isProgress = ({ type }: WatchedEvent) => type === 'workflow-step-progress';
  const written = ranked(isWritten).toSorted((left, right) => (textOf(left) < textOf(right) ? -1 : 1));
  const steps = new Set(ranked(isProgress).map(event => event.payload?.id));
  const progress = [...steps].flatMap(id =>
    progressOf(ranked(isProgress).filter(event => event.payload?.id === id)),
  );
  const rest = ranked(event => !isStart(event) && !isWritten(event) && !isProgress(event));
  return [...ranked(isStart), ...written, ...progress, ...rest];
}

function progressOf(progress: WatchedEvent[]): WatchedEvent[] {
  const counts = progress
    .map(event => Number(event.payload?.completedCount))
    .toSorted((one, two) => one - two);
  const index = (event: WatchedEvent) => Number(event.payload?.currentIndex);
  return progress
    .toSorted((left, right) => index(left) - index(right))
    .map((event, place) => ({ ...event, payload: { ...event.payload, completedCount: counts[place] } }));
}

function isWritten({ type }: WatchedEvent): boolean {
  return type === 'workflow-step-output' || type.startsWith('data-');
}

function textOf({ payload, data }: WatchedEvent): string {
  return JSON.stringify([payload?.output, data]);
}

/** Call ids are random in core: what matters is which events share one. */
function withNamedCall(event: WatchedEvent, calls: Map<string, number>, step: string): WatchedEvent {
  const callId = event.payload?.stepCallId;
  if (typeof callId !== 'string') return event;
  if (!calls.has(callId)) {
    const known = [...calls.keys()].filter(key => key.startsWith(`${step}/`)).length;
    calls.set(callId, known + 1);
    calls.set(`${step}/${callId}`, known + 1);
  }
  return { ...event, payload: { ...event.payload, stepCallId: `call ${calls.get(callId)} of ${step}` } };
}

const COMPARED = [
  'status',
  'context',
  'value',
  'result',
  'error',
  'suspendedPaths',
  'resumeLabels',
  'activePaths',
  'stepExecutionPath',
  'requestContext',
] as const;

/** As a database gives it back: JSON. */
async function storedSnapshot(mastra: Mastra, workflowName: string, runId: string): Promise<unknown> {
  const store = await mastra.getStorage()?.getStore('workflows');
  const stored = await store?.loadWorkflowSnapshot({ workflowName, runId });
  if (!stored) return 'none';
  const text = JSON.stringify(stored, (key, value: unknown) => {
    // What rides in a step's stored result, and core itself shows nobody.
    if (key === '__state') return undefined;
    return typeof value === 'bigint' ? value.toString() : value;
  });
  const snapshot = JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(COMPARED.map(key => [key, snapshot[key]]));
}
