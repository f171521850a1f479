import { InMemoryStore } from '@mastra/core/storage';
import type { AnyMastra } from '../core-types';
import { MastraInngestError } from '../errors';
import { storeOf } from '../function/stores';
import { Clock } from '../local/clock';
import { invokeFromOutside } from '../local/executor/invoke';
import { type Json, parseOrText } from '../local/json';
import { type LocalServer, RunningServer } from '../local/server';
import type { Run } from '../local/state/run';
import type { ClientShape } from '../sdk/client';
import { portFor } from '../sdk/detect';
import { serve } from '../serve/serve';
import { RunRecord } from '../snapshot/run-record';
import { startEventName } from '../wire/start-event';
import { RunWaiter } from './awaited';
import { pointClient } from './client-server';
import { type CrashReport, crashEverywhere } from './crash-report';
import { type CrashMoment, Crashes } from './crashes';
import { Executions } from './executions';
import { type WorkflowFingerprint, fingerprintOfWorkflow } from './fingerprint';
import { InngestRuns, mastraRunId } from './inngest-runs';
import { Mocks } from './mocks';
import { Observer } from './observer';
import type { TestAppOptions } from './options';
import { InProcess } from './process-life';
import { FunctionRun, TestRun } from './run';
import { RunView } from './run-view';
import type { LooseMock, MockOf, StartArgumentsOf, TestedWorkflow } from './types';
import { type AppWorkflow, AppWorkflows, type StepTarget } from './workflows';

/** Where the app registers; nobody listens there. */
const APP_URL = 'http://test-app.invalid/api/inngest';

/** Nothing that a test looks at is forgotten. */
const RETENTION = { runs: 100_000, bytes: 2 ** 30, events: 1_000_000 };

/** An event that a test sends. */
export interface TestEvent {
  name: string;
  data?: Record<string, unknown>;
  id?: string;
  ts?: number;
}

/** Where the process dies; one of the three. */
export interface CrashOptions {
  /** Before the step's op begins: nothing of it has happened. */
  before?: StepTarget;
  /** When the step's body has done its work: what it began has happened, its result is lost and nothing is stored. */
  during?: StepTarget;
  /** When the step's result is stored and told, and Inngest is not answered: it executes the step once more. */
  after?: StepTarget;
  /** How often. Default 1. */
  times?: number;
}

/** An app under test: the user's workflows on an Inngest server of their own, whose time stands still. */
export class TestApp implements AsyncDisposable {
  /** The server, for what the kit has no word for: `app.server.faults`, `app.server.url`. */
  readonly server: LocalServer;
  private readonly parts: AppParts;

  /** @internal */
  constructor(parts: AppParts) {
    this.parts = parts;
    this.server = parts.server;
  }

  /**
   * Starts a run; resolves when Inngest has it. It executes by itself, up to where it waits.
   * @param workflow The workflow itself, for types; or its id.
   * @param args What core's `run.start()` takes, and `runId`, `resourceId`.
   * @throws MastraInngestError `NOT_IN_APP`, and what `run.startAsync()` throws
   * @example
   * const daily = await shop.start(reportWorkflow, { inputData: { kind: 'daily' } });
   */
  start<TWorkflow extends TestedWorkflow>(
    workflow: TWorkflow,
    args: StartArgumentsOf<TWorkflow>,
  ): Promise<TestRun<TWorkflow>>;
  start(workflow: string, args?: Record<string, unknown>): Promise<TestRun>;
  async start(target: StepTarget, args: Record<string, unknown> = {}): Promise<TestRun> {
    this.requireRunning();
    const workflow = this.parts.workflows.find(target);
    const { runId, resourceId, disableScorers, ...startArguments } = args as StartArgumentsOf<object>;
    return this.parts.underWay(async () => {
      const run = await workflow.createRun({ runId, resourceId, disableScorers });
      await run.startAsync(startArguments as never);
      return this.run(workflow, run.runId);
    });
  }

  /** The runs of a workflow that were begun since the app was started, whoever began them (a cron, an event, a parent), in order. */
  runs<TWorkflow extends TestedWorkflow>(workflow: TWorkflow): Promise<TestRun<TWorkflow>[]>;
  runs(workflow: string): Promise<TestRun[]>;
  async runs(target: StepTarget): Promise<TestRun[]> {
    const workflow = this.parts.workflows.find(target);
    const ids = this.parts.inngestRuns.ofWorkflow(workflow.id).map(mastraRunId);
    const runs = [...new Set(ids)].map(runId => this.run(workflow, runId));
    await Promise.all(runs.map(run => run.refresh()));
    return runs;
  }

  /** Sends events as the app's client does; resolves with their ids when Inngest has them. */
  async send(events: TestEvent | readonly TestEvent[]): Promise<string[]> {
    this.requireRunning();
    const client = this.parts.client as unknown as { send(events: unknown): Promise<{ ids: string[] }> };
    return this.parts.underWay(async () => (await client.send(events)).ids);
  }

  /**
   * Calls a function, as the dashboard's *Invoke* does.
   * @param functionId The id of a function of your own, or of a workflow, whose `data` is `{ inputData }`.
   * @throws MastraInngestError `NOT_IN_APP`
   */
  async invoke(functionId: string, data: Record<string, unknown> = {}): Promise<FunctionRun> {
    this.requireRunning();
    const { core } = this.parts.server;
    const { appId } = this.parts;
    const fn = [functionId, startEventName(functionId)]
      .map(id => core.registry.find(`${appId}-${id}`))
      .find(one => one);
    if (!fn) {
      const known = core.registry.functions.map(({ slug }) => `"${slug.slice(appId.length + 1)}"`).join(', ');
      throw new MastraInngestError(
        'NOT_IN_APP',
        `The test app has no function "${functionId}". Its functions are: ${known}.`,
      );
    }
    const eventId = invokeFromOutside(core, fn.slug, { data: JSON.parse(JSON.stringify(data)) as Json });
    const legs = () => core.store.runsOf(eventId);
    const view = new RunView(this.parts.inngestRuns, this.parts.executions, legs, functionId);
    return new FunctionRun({
      view,
      waiter: this.parts.waiter,
      functionId,
      output: () => outputOf(legs()[0]),
    });
  }

  /**
   * Lets time pass: `'7 days'`, `'1h30m'` or ms. First, whatever the test has set in motion plays out: starts, resumes and events
   * that are on their way, and steps that execute. Then sleeps, retries, crons, timeouts and debounces fall due, in order and
   * without waiting. `Date.now()` in the app stays the wall's.
   * @throws LocalServerError `INVALID_DURATION`; `NOT_SETTLED` if a step takes longer than 30 s
   */
  async advance(by: string | number): Promise<void> {
    this.requireRunning();
    await this.parts.server.advance(by);
    await this.refresh();
  }

  /** Waits until nothing executes and nothing is due. @throws LocalServerError `NOT_SETTLED` */
  async settled(): Promise<void> {
    await this.parts.server.settled();
    await this.refresh();
  }

  /** The server's time. */
  now(): Date {
    return new Date(this.parts.server.now());
  }

  /**
   * Has something else executed in place of a step, an agent, a tool or a nested workflow, until what is returned is called, or the
   * app is stopped. It gets what `execute` would get; the step's schemas and retries hold for it.
   * @param step The step itself, for types; or its id.
   * @param options `workflow`: in this one alone.
   * @throws MastraInngestError `NOT_IN_APP`, with the steps that there are
   */
  mock<TStep extends { readonly id: string }>(
    step: TStep,
    impl: MockOf<TStep>,
    options?: { workflow?: StepTarget },
  ): () => void;
  mock(step: string, impl: LooseMock, options?: { workflow?: StepTarget }): () => void;
  mock(
    step: StepTarget,
    impl: (params: never) => unknown,
    { workflow }: { workflow?: StepTarget } = {},
  ): () => void {
    if (typeof impl !== 'function')
      throw new MastraInngestError('INVALID_ARGUMENTS', 'app.mock(step, impl): `impl` is no function.');
    const { workflows, mocks } = this.parts;
    const only = workflow === undefined ? undefined : workflows.find(workflow);
    const restores = workflows
      .stepIds(step, only)
      .map(stepId => mocks.add({ stepId, impl, ...(only && { workflowId: only.id }) }));
    return () => restores.forEach(restore => restore());
  }

  /**
   * Has the app's process die at a step, as if it were killed: the code of that request stops for ever, and Inngest, which got no
   * answer, tries again at once. What Inngest was told before stays done.
   * @returns a function that takes the crash off
   * @throws MastraInngestError `NOT_IN_APP`, `INVALID_ARGUMENTS`
   * @example
   * shop.crash({ during: 'charge' });
   */
  crash({ times = 1, ...moments }: CrashOptions): () => void {
    const given = Object.entries(moments).filter(
      (entry): entry is [CrashMoment, StepTarget] => entry[1] !== undefined,
    );
    const [first] = given;
    if (given.length !== 1 || !first || !['before', 'during', 'after'].includes(first[0])) {
      const text = 'app.crash() takes one of { before: step }, { during: step }, { after: step }.';
      throw new MastraInngestError('INVALID_ARGUMENTS', text);
    }
    const ids = this.parts.workflows.stepIds(first[1]);
    return this.parts.crashes.add(
      first[0],
      ({ stepId }) => stepId !== undefined && ids.includes(stepId),
      times,
    );
  }

  /**
   * Executes a run once without a crash, then once for each op and each moment at which the process can die there; sleeps are
   * passed over.
   * @param args As for `start`; `drive` does what a run needs on its way (resumes, events), and is called once for each.
   * @example
   * const report = await shop.crashEverywhere(reportWorkflow, { inputData: { kind: 'daily' } });
   * console.log(report.differing, report.executedTwice);
   */
  crashEverywhere<TWorkflow extends TestedWorkflow>(
    workflow: TWorkflow,
    args: StartArgumentsOf<TWorkflow> & { drive?: (run: TestRun<TWorkflow>) => Promise<void> },
  ): Promise<CrashReport> {
    const { crashes } = this.parts;
    const start = (given: object) => this.start(workflow, given as never);
    const advance = (by: number) => this.advance(by);
    return crashEverywhere({ start: start, advance, crashes, core: this.parts.server.core }, args);
  }

  /**
   * What a running run depends on of a workflow's graph and of those nested in it: put it into a snapshot.
   * @example
   * console.log(JSON.stringify(shop.fingerprint('report'), null, 2));
   */
  fingerprint(workflow: StepTarget): WorkflowFingerprint {
    return fingerprintOfWorkflow(this.parts.workflows.find(workflow));
  }

  /** Stops the server, and gives client and Mastra back as they were. Runs are gone; mocks and crashes end. */
  async stop(): Promise<void> {
    if (this.parts.isStopped) return;
    this.parts.isStopped = true;
    this.parts.restore();
    await this.parts.server.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private run(workflow: AppWorkflow, runId: string): TestRun {
    const { inngestRuns, executions, mastra, waiter, workflows, runs } = this.parts;
    const key = JSON.stringify([workflow.id, runId]);
    const known = runs.get(key);
    if (known) return known;
    const record = new RunRecord(storeOf(mastra), { workflowId: workflow.id, runId });
    const legs = () => inngestRuns.legsOf(workflow.id, runId);
    const view = new RunView(inngestRuns, executions, legs, `${workflow.id} ${runId}`, record);
    const handle = () => workflow.createRun({ runId });
    const run = new TestRun({ view, waiter, workflow, workflows, mastra, runId, handle });
    runs.set(key, run);
    return run;
  }

  private async refresh(): Promise<void> {
    await Promise.all([...this.parts.runs.values()].map(run => run.refresh()));
  }

  private requireRunning(): void {
    if (this.parts.isStopped)
      throw new MastraInngestError(
        'TEST_APP_STOPPED',
        'The test app has been stopped. Make another one with testApp().',
      );
  }
}

function outputOf(run: Run | undefined): { value: unknown } | { error: unknown } | undefined {
  if (!run?.end) return undefined;
  const value = parseOrText(run.end.output ?? 'null');
  return run.end.status === 'Completed' ? { value } : { error: value };
}

interface AppParts {
  server: RunningServer;
  client: ClientShape;
  appId: string;
  mastra: AnyMastra;
  workflows: AppWorkflows;
  inngestRuns: InngestRuns;
  executions: Executions;
  waiter: RunWaiter;
  mocks: Mocks;
  crashes: Crashes;
  runs: Map<string, TestRun>;
  underWay: <T>(work: () => Promise<T>) => Promise<T>;
  restore: () => void;
  isStopped: boolean;
}

/**
 * Starts the app under test on an Inngest server of its own, in this process: no other program, no network but 127.0.0.1. Its time
 * stands still but for `advance()`. Each has its own server and time, so any number may run at once; each needs a client of its own.
 * @throws MastraInngestError `CLIENT_IN_USE`, `CLIENT_NOT_POINTED`, and what `serve()` throws
 * @example
 * await using tested = await testApp({ mastra, inngest });
 * const reports = await tested.start('report', { inputData: { kind: 'daily' } });
 * await tested.advance('7 days');
 * console.log(await reports.result());
 */
export async function testApp(options: TestAppOptions): Promise<TestApp> {
  const { inngest, functions, seed = 1, retryDelay, storage } = options;
  const { appId } = portFor(inngest);
  const mastra = options.mastra as unknown as AnyMastra;
  const workflows = new AppWorkflows(mastra);
  const began = Date.now();
  const clock = new Clock(() => began, true);
  const transport = new InProcess();
  const server = new RunningServer(
    { port: 0, seed, retention: RETENTION, ...(retryDelay && { retryDelay }) },
    { client: transport, clock },
  );
  await server.start();
  const { activity } = server.core;
  const [mocks, crashes, executions] = [new Mocks(), new Crashes(), new Executions(clock.now)];
  const observer = new Observer({
    executions,
    mocks,
    crashes,
    now: clock.now,
    hears: channel => server.hears(channel),
    enter: () => activity.enter(),
    leave: () => activity.leave(),
  });
  const client = inngest as ClientShape;
  const restores: (() => void)[] = [];
  const restore = () => restores.splice(0).forEach(undo => undo());
  try {
    restores.push(pointClient(client, server, observer), useStorage(mastra, storage));
    // Only now: an adapter of the SDK's may read the server's address once and for all.
    transport.handler = (options.serve ?? serve)({
      mastra: options.mastra,
      inngest,
      ...(functions && { functions }),
    });
    await server.sync(APP_URL);
  } catch (error) {
    restore();
    await server.stop();
    throw error;
  }
  return new TestApp({
    server,
    client,
    appId,
    mastra,
    workflows,
    inngestRuns: new InngestRuns(server.core, appId),
    executions,
    waiter: new RunWaiter(server.core, executions),
    mocks,
    crashes,
    runs: new Map(),
    underWay: async work => {
      const over = observer.underWay();
      return work().finally(over);
    },
    restore,
    isStopped: false,
  });
}

/** Runs are stored for the time of the test. */
function useStorage(mastra: AnyMastra, storage: TestAppOptions['storage']): () => void {
  const own = mastra.getStorage();
  if (own && !storage) return () => {};
  mastra.setStorage(storage ?? new InMemoryStore());
  return () => {
    if (own) mastra.setStorage(own);
  };
}
