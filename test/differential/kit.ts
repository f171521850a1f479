/** What a case is written with: the same definition makes a workflow of core's default engine, or one of ours. */
import { cloneStep, cloneWorkflow, createStep, createWorkflow } from '@mastra/core/workflows';
import { cloneWorkflow as cloneInngestWorkflow, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { z } from 'zod';
import { type Execution, given } from './executions';
import { Normaliser } from './normalise';
import { observed } from './purity';
import type { Turns } from './turns';

export const any = z.any();

/** Core's own types for a step without a schema to speak of. */
const _untyped = () =>
  createStep({
    id: 'untyped',
    inputSchema: any,
    outputSchema: any,
    stateSchema: any,
    execute: async () => 0,
  });
type UntypedStep = ReturnType<typeof _untyped>;
export type StepContext = Parameters<UntypedStep['execute']>[0];
export type Body = (context: StepContext) => unknown;

/** Core's fluent definition of a workflow, without the types that tie each step to the next. */
export interface Flow {
  readonly id: string;
  readonly stepGraph: unknown[];
  readonly stateSchema?: unknown;
  then(step: unknown, options?: object): Flow;
  map(mapping: unknown, options?: object): Flow;
  parallel(steps: unknown[], options?: object): Flow;
  branch(arms: [condition: unknown, step: unknown][], options?: object): Flow;
  dountil(step: unknown, condition: unknown, options?: object): Flow;
  dowhile(step: unknown, condition: unknown, options?: object): Flow;
  foreach(step: unknown, options?: object): Flow;
  sleep(duration: unknown, options?: object): Flow;
  sleepUntil(date: unknown, options?: object): Flow;
  tool(tool: unknown, options?: object, stepOptions?: object): Flow;
  agent(agent: unknown, options?: object, stepOptions?: object): Flow;
  classifier(classifier: unknown, options?: object, stepOptions?: object): Flow;
  commit(): Flow;
}

/** What `start()` gets, apart from the input. */
export interface StartOptions {
  initialState?: Record<string, unknown>;
  requestContext?: Record<string, unknown>;
  outputOptions?: { includeState?: boolean; includeResumeLabels?: boolean };
  perStep?: boolean;
  actor?: unknown;
}

/** How a run goes on after its start, each on a run object of its own. */
export interface LegCase {
  call: 'resume' | 'timeTravel' | 'restart';
  args: Record<string, unknown>;
  requestContext?: Record<string, unknown>;
}

export interface Case {
  /** Unique; the workflow's id. Nested workflows are called `<name>-<child>`. */
  name: string;
  build(kit: Kit): Flow;
  input?: unknown;
  start?: StartOptions;
  resourceId?: string;
  /** What `createRun()` gets besides the ids. */
  run?: { shouldPersistSnapshot?: (params: { workflowStatus: string }) => boolean };
  /** What follows the start, one after the other. */
  legs?: LegCase[];
  /** Items of a foreach run at once: the order of their events is chance. */
  unordered?: boolean;
  /**
   * The order in which bodies of steps end, by the names of their ops, where it would be chance: `step`, or `each [1]` for the item
   * whose input is 1; `>step` for its beginning.
   */
  order?: string[];
  /** The same only where Inngest executes them: there it is what comes out that must not depend on it. */
  opsOrder?: string[];
}

/** How often each piece of user code was called. */
export type Calls = Record<string, number>;

export class Kit {
  readonly calls: Calls = {};
  /** Each call of a piece of user code, in order. */
  readonly executions: Execution[] = [];
  /** The workflow of the case, once it is built. */
  root?: Flow;
  turns?: Turns;
  private normaliser?: Normaliser;
  readonly any = any;
  readonly z = z;

  constructor(
    readonly name: string,
    /** The client, for a workflow of ours; without one it is core's. */
    private readonly inngest?: Inngest.Any,
  ) {}

  private make(options: object): Flow {
    const definition = { inputSchema: any, outputSchema: any, ...options };
    const workflow = this.inngest
      ? init(this.inngest).createWorkflow(definition as never)
      : createWorkflow(definition as never);
    return workflow as never;
  }

  /** The workflow of the case. */
  workflow(options: object = {}): Flow {
    return this.make({ id: this.name, ...options });
  }

  /** A workflow to be nested in it. */
  child(name: string, options: object = {}): Flow {
    return this.make({ id: `${this.name}-${name}`, ...options });
  }

  /** A workflow of core's default engine to be nested in it, on both sides. */
  coreChild(name: string, options: object = {}): Flow {
    const definition = { id: `${this.name}-${name}`, inputSchema: any, outputSchema: any, ...options };
    return createWorkflow(definition as never) as never;
  }

  /** A step whose calls are counted under its id. */
  step(id: string, body: Body, more: object = {}): UntypedStep {
    const execute = this.fn(id, async (context: StepContext) =>
      this.turns
        ? this.turns.during([id, `${id} [${String(context.inputData)}]`], () => body(context))
        : body(context),
    );
    return createStep({ id, inputSchema: any, outputSchema: any, execute, ...more } as never) as never;
  }

  cloneStep(step: unknown, id: string): unknown {
    return cloneStep(step as never, { id });
  }

  cloneWorkflow(workflow: Flow, name: string): Flow {
    const clone = this.inngest ? cloneInngestWorkflow : cloneWorkflow;
    return clone(workflow as never, { id: `${this.name}-${name}` }) as never;
  }

  /** Any other user code, its calls counted under the name: conditions, mappers, callbacks, predicates … */
  fn<Args extends unknown[], T>(name: string, body: (...args: Args) => T): (...args: Args) => T {
    return (...args) => {
      observed(`call of ${name} (${this.name})`);
      this.calls[name] = (this.calls[name] ?? 0) + 1;
      this.note(name, args[0]);
      return body(...args);
    };
  }

  /** As it is now: user code may change what it is given. */
  private note(name: string, argument: unknown): void {
    this.normaliser ??= this.root && new Normaliser(this.root);
    if (this.normaliser) this.executions.push(given(name, argument, this.normaliser));
  }
}
