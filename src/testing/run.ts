import { MastraInngestError } from '../errors';
import type { AnyMastra } from '../core-types';
import { resultOf } from '../run/result';
import type { InngestRun } from '../run/run';
import { isAtRest, type Snapshot } from '../snapshot/snapshot';
import type { RunWaiter } from './awaited';
import type { Operation } from './operation';
import type { RunView } from './run-view';
import type { ResultOf, ResumeArgumentsOf } from './types';
import { type AppWorkflow, type AppWorkflows, type StepTarget } from './workflows';

/** All statuses that a run can be waited for with. */
const STATUSES = new Set<string>([
  ...['pending', 'running', 'waiting', 'suspended', 'paused'],
  ...['success', 'failed', 'canceled', 'bailed', 'tripwire'],
]);

/** What a run needs of its test app. */
export interface RunParts {
  view: RunView;
  waiter: RunWaiter;
  workflow: AppWorkflow;
  workflows: AppWorkflows;
  mastra: AnyMastra;
  runId: string;
  /** Core's run, by which it is continued. */
  handle: () => Promise<InngestRun>;
}

/** A run in a test app. Nothing of it executes but what a test has set in motion. */
export class TestRun<TWorkflow = unknown> {
  readonly runId: string;
  readonly workflowId: string;

  /** @internal */
  constructor(private readonly parts: RunParts) {
    this.runId = parts.runId;
    this.workflowId = parts.workflow.id;
  }

  /**
   * Resolves when the run is at this status, or when this step has finished, here or in a nested workflow.
   * @throws MastraInngestError at once, with the tree: `RUN_WAITS` where it waits for time, an event or a resume, `RUN_IS_OVER`
   * where it can't come there any more; `NOT_IN_APP` for a step that no workflow has
   * @example
   * await testRun.until('suspended');
   */
  async until(target: StepTarget): Promise<void> {
    const { view, waiter, workflows } = this.parts;
    if (typeof target === 'string' && STATUSES.has(target)) {
      const find = () => (view.snapshot?.status === target && this.isSettled) || undefined;
      await waiter.until(view, { what: `the status "${target}"`, find }, this.place);
      return;
    }
    const ids = workflows.stepIds(target);
    const isDone = ({ step, outcome }: Operation) =>
      step !== undefined && ids.includes(step) && ['success', 'failed'].includes(outcome);
    const find = () => view.operations.some(isDone) || undefined;
    await waiter.until(view, { what: `the end of the step "${ids.join('", "')}"`, find }, this.place);
  }

  /**
   * Core's result, once the run has ended or is suspended.
   * @throws MastraInngestError `RUN_WAITS` at once where it waits for time or an event, and says which; what core's `start()` throws
   */
  async result(): Promise<ResultOf<TWorkflow>> {
    const { view, waiter, mastra } = this.parts;
    const find = (): Snapshot | undefined =>
      view.snapshot && isAtRest(view.snapshot.status) && this.isSettled ? view.snapshot : undefined;
    const snapshot = await waiter.until(view, { what: 'a result', find }, this.place);
    return await resultOf(mastra, { snapshot }, undefined);
  }

  /** Continues a suspended run; resolves when Inngest has it. Takes what core's `resume()` takes, and throws what that does. */
  async resume(args: ResumeArgumentsOf<TWorkflow>): Promise<void> {
    await (await this.parts.handle()).resumeAsync(args as never);
  }

  /** Cancels the run. */
  async cancel(): Promise<void> {
    await (await this.parts.handle()).cancel();
  }

  /** Its status, as it was when the test last waited for anything of the app. */
  get status(): string {
    return this.parts.view.status;
  }

  /** Every Inngest op of the run, in order; those of a nested run stand behind the op that invoked it. */
  get operations(): readonly Operation[] {
    return this.parts.view.operations;
  }

  /** Ids of the steps whose bodies were called, in order, each as often as it was called. */
  get executed(): readonly string[] {
    return this.parts.view.executed;
  }

  /** Ids of the steps that it is suspended at, those of nested workflows too; none where it is not suspended. */
  get suspendedAt(): readonly string[] {
    return this.parts.view.suspendedAt;
  }

  /** How long it has slept, ms of the server's time: all sleeps that are over. */
  get slept(): number {
    return this.parts.view.slept;
  }

  /** The run as a text: each op with its time, what it is, and how often it was tried. */
  tree(): string {
    return this.parts.view.tree();
  }

  toString(): string {
    return this.tree();
  }

  /** @internal Reads what is stored. */
  async refresh(): Promise<void> {
    await this.parts.view.refresh();
  }

  /** What is stored is stored before Inngest is told: at rest, both are waited for, so that the ops are complete. */
  private get isSettled(): boolean {
    const { view, waiter } = this.parts;
    return !isAtRest(view.snapshot?.status ?? 'running') || view.hasAnswered || !waiter.isBusy;
  }

  private get place() {
    return { workflowId: this.workflowId, runId: this.runId };
  }
}

/** One run of a function of the user's own. */
export class FunctionRun {
  /** @internal */
  constructor(
    private readonly parts: {
      view: RunView;
      waiter: RunWaiter;
      functionId: string;
      output: () => { value: unknown } | { error: unknown } | undefined;
    },
  ) {}

  /**
   * What the function returned.
   * @throws MastraInngestError `RUN_WAITS`, `RUN_IS_OVER`; an error that has the message of the function's
   */
  async result(): Promise<unknown> {
    const { view, waiter, output, functionId } = this.parts;
    const ended = await waiter.until(view, { what: 'a result', find: output }, {});
    if ('value' in ended) return ended.value;
    const { message } = (ended.error ?? {}) as { message?: unknown };
    throw new MastraInngestError(
      'RUN_IS_OVER',
      `The function "${functionId}" failed: ${String(message)}.\n\n${view.tree()}`,
      {},
      { cause: ended.error },
    );
  }

  /** Every op, in order. */
  get operations(): readonly Operation[] {
    return this.parts.view.operations;
  }

  tree(): string {
    return this.parts.view.tree();
  }

  toString(): string {
    return this.tree();
  }
}
