/** The workflows of these tests, in the test's own process and in processes of their own: each step writes down that it began. */
import { createStep, init, nativeStep, waitForEvent } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { z } from 'zod';

export type Journal = (line: string) => void;
const HOUR = 3_600_000;
/** Long enough to lose the server in. */
const NAP = 3_000;
const any = z.any();

/** `journal` gets `<run id>/<step id>` for each execution of a step's body. */
export function runsWorkflows(inngest: Inngest.Any, journal: Journal): Record<string, unknown> {
  const { createWorkflow } = init(inngest);
  const define = (id: string, options: object = {}) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, stateSchema: any, ...options });
  const plain = (id: string) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      execute: async ({ inputData, runId }) => {
        journal(`${runId}/${id}`);
        return { path: [...((inputData as { path?: string[] }).path ?? []), id] };
      },
    });
  const ask = (id: string, resumeSchema: z.ZodType = any) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      resumeSchema,
      suspendSchema: any,
      execute: async ({ resumeData, suspend, runId, inputData }) => {
        journal(`${runId}/${id}${resumeData ? ' resumed' : ''}`);
        if (!resumeData) return suspend({ question: id }, { resumeLabel: `label-${id}` });
        return { path: [...((inputData as { path?: string[] }).path ?? []), id], answer: resumeData };
      },
    });
  const workflows = {
    chain: define('chain').then(plain('one')).then(plain('two')).commit(),
    gate: define('gate')
      .then(plain('before'))
      .then(ask('approve', z.object({ ok: z.boolean() })))
      .then(plain('after'))
      .commit(),
    gates: define('gates')
      .parallel([ask('left'), ask('right')])
      .then(plain('end'))
      .commit(),
    asker: define('asker')
      .then(plain('before'))
      .then(waitForEvent({ id: 'answer', event: 'asker/answered', timeout: '1h' }))
      .then(plain('late'))
      .commit(),
    sleeper: define('sleeper').then(plain('quick')).sleep(HOUR).then(plain('late')).commit(),
  };
  return {
    ...workflows,
    ...slowWorkflows(define, plain as never, journal),
    ...statefulWorkflows(define, journal),
    outer: define('outer').then(plain('one')).then(workflows.gate).then(plain('two')).commit(),
    parent: define('parent').then(plain('one')).then(workflows.sleeper).commit(),
    items: define('items').foreach(ask('each')).commit(),
  };
}

type Define = (id: string, options?: object) => ReturnType<ReturnType<typeof init>['createWorkflow']>;
type Plain = (id: string) => never;

/** A step that works until it is told to stop. */
function slowWorkflows(define: Define, plain: Plain, journal: Journal) {
  const untilAborted = (runId: string, signal: AbortSignal) =>
    new Promise<object>(resolve => {
      journal(`${runId}/work`);
      const timer = setTimeout(() => resolve({ aborted: false }), 20_000);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        journal(`${runId}/work aborted`);
        resolve({ aborted: true });
      });
    });
  const work = createStep({
    id: 'work',
    inputSchema: any,
    outputSchema: any,
    execute: ({ runId, abortSignal }) => untilAborted(runId, abortSignal),
  });
  const native = nativeStep(
    createStep({
      id: 'native',
      inputSchema: any,
      outputSchema: any,
      execute: ({ runId, abortSignal, engine }) =>
        (engine as { step: { run(id: string, body: () => unknown): Promise<unknown> } }).step.run(
          'work',
          () => untilAborted(runId, abortSignal),
        ),
    }) as never,
  );
  const slow = define('slow').then(work).then(plain('next')).commit();
  const unstored = define('slow-unstored', { options: { shouldPersistSnapshot: () => false } });
  const lasting = createStep({
    id: 'lasting',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData, runId }) => {
      journal(`${runId}/lasting`);
      await new Promise(resolve => setTimeout(resolve, NAP));
      return { given: inputData as object };
    },
  });
  return {
    slow,
    'after-a-nap': define('after-a-nap').then(plain('one')).sleep(10).then(lasting).commit(),
    'slow-unstored': unstored.then(work).then(plain('next')).commit(),
    'slow-parent': define('slow-parent').then(plain('one')).then(slow).commit(),
    'slow-native': define('slow-native')
      .then(native as never)
      .commit(),
  };
}

/** Steps that set the state, with a pause between them. */
function statefulWorkflows(define: Define, journal: Journal) {
  const add = (id: string) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      stateSchema: any,
      execute: async ({ runId, state, setState }) => {
        journal(`${runId}/${id}`);
        await setState({ ...(state as object), [id]: true });
        return { done: id };
      },
    });
  const look = createStep({
    id: 'look',
    inputSchema: any,
    outputSchema: any,
    stateSchema: any,
    execute: async ({ runId, state }) => {
      journal(`${runId}/look`);
      return { state: state as object };
    },
  });
  const stateful = define('stateful').then(add('first')).sleep(NAP).then(add('second')).then(look).commit();
  return {
    stateful,
    twice: define('twice')
      .then(add('first'))
      .sleep(NAP)
      .then(add('second'))
      .then(add('first'))
      .then(look)
      .commit(),
    'nested-first': define('nested-first').then(stateful).commit(),
    'nested-stateful': define('nested-stateful').then(add('outer')).then(stateful).commit(),
  };
}
