/**
 * Core's graph of a durable agent as a workflow of this package. The graph is taken as core builds it, entry by entry: nothing of it
 * is written down here, so that an agent does what its version of core does.
 */
import type { Step, StepFlowEntry } from '@mastra/core/workflows';
import { MastraInngestError } from '../errors';
import type { ListCache } from '../log/event-log';
import type { InngestClient } from '../sdk/client';
import { withPlan } from '../engine/plan';
import { InngestWorkflow } from '../workflow/workflow';
import { AGENT_PLAN, DECISION } from './plan';

/** What core calls a step, a mapping or a condition with. */
export type CallParams = Record<PropertyKey, unknown>;
type Call = (params: CallParams) => unknown;

/** Where in the graph a call is. */
export interface GraphPlace {
  /** Id of the step or mapping. */
  id: string;
  /** It is the first that a run executes. */
  isFirst: boolean;
}

/** Goes around each call of core's code: gives it its params, and may do something before and after. */
export type Surround = (place: GraphPlace, params: CallParams, call: Call) => unknown;

/** How the moved workflow is made. */
export interface Move {
  inngest: InngestClient;
  surround: Surround;
  /** Inngest's options of the function, of the outermost workflow alone. */
  functionOptions?: object;
  streamBatchMs: number;
  /** The same where a model says more than anybody reads. */
  longestBatchMs: number;
  /** Where the runs' events are kept, if not in Mastra's cache. */
  eventCache?: ListCache | false;
}

/** A workflow of core's, as far as it is moved. */
export interface CoreWorkflow {
  readonly id: string;
  readonly inputSchema: unknown;
  readonly outputSchema: unknown;
  readonly options: object;
  readonly steps: Record<string, unknown>;
  readonly stepGraph: readonly StepFlowEntry[];
  readonly serializedStepGraph: readonly object[];
}

/** The field of a turn's state that has the decision. */
const GOES_ON = 'mastraGoesOn';

/** Makes the workflow. @throws MastraInngestError `UNKNOWN_AGENT_GRAPH` for an entry of a kind that this version does not know */
export function moveGraph(core: CoreWorkflow, move: Move): InngestWorkflow {
  return new MovedWorkflow(core, move, { isFirst: true });
}

class MovedWorkflow extends InngestWorkflow {
  readonly longestBatchMs: number;

  /** `condition`: of the loop whose turns this workflow is. */
  constructor(
    core: CoreWorkflow,
    move: Move,
    { isFirst, condition }: { isFirst: boolean; condition?: Call },
  ) {
    const { id, inputSchema, outputSchema } = core;
    // Every run is stored, whoever started it: its row is what a crash, a resume and a late observer find.
    const options = {
      ...core.options,
      shouldPersistSnapshot: () => true,
      pruneSnapshot: undefined,
      emitStepEvents: false,
    };
    super({ ...move.functionOptions, id, inputSchema, outputSchema, options } as never, move.inngest, move);
    this.longestBatchMs = move.longestBatchMs;
    const mover = new Mover(core, move);
    const flow = core.stepGraph.map((entry, index) => mover.entry(entry, isFirst && index === 0));
    const serialized = [...core.serializedStepGraph];
    if (condition) {
      flow.push({ type: 'step', step: mover.decision(condition) });
      serialized.push({ type: 'step', step: { id: DECISION } });
    }
    this.setStepFlow(flow);
    this.serializedStepFlow = serialized as never;
    this.steps = mover.steps as never;
    this.commit();
    withPlan(this, AGENT_PLAN);
  }
}

/** Moves the entries of one workflow. */
class Mover {
  /** By the keys under which core has them. */
  readonly steps: Record<string, unknown>;

  constructor(
    private readonly core: CoreWorkflow,
    private readonly move: Move,
  ) {
    this.steps = { ...core.steps };
  }

  entry(entry: StepFlowEntry, isFirst: boolean): StepFlowEntry {
    switch (entry.type) {
      case 'step':
        return { ...entry, step: this.step(entry.step, isFirst) };
      case 'mapping':
        return typeof entry.mapConfig === 'function'
          ? {
              ...entry,
              mapConfig: this.surrounded({ id: entry.id, isFirst }, entry.mapConfig as Call) as never,
            }
          : entry;
      case 'foreach':
        return { ...entry, step: this.entry(entry.step, isFirst) as typeof entry.step };
      case 'loop':
        return this.loop(entry, isFirst);
      default:
        throw this.unknown(entry);
    }
  }

  private step(step: Step, isFirst: boolean, condition?: Call): Step {
    const moved = isWorkflow(step)
      ? new MovedWorkflow(step, { ...this.move, functionOptions: {} }, { isFirst, condition })
      : { ...step, execute: this.surrounded({ id: step.id, isFirst }, step.execute as never) };
    for (const [key, known] of Object.entries(this.core.steps)) if (known === step) this.steps[key] = moved;
    return moved as unknown as Step;
  }

  /**
   * Core's condition changes the state that it is given, and the next turn goes on with what it made. So it is called in a step, the
   * last of the turn, and what it did and said is remembered.
   */
  private loop(entry: Extract<StepFlowEntry, { type: 'loop' }>, isFirst: boolean): StepFlowEntry {
    if (entry.step.type !== 'step' || !isWorkflow(entry.step.step)) throw this.unknown(entry.step);
    const body = this.step(entry.step.step, isFirst, entry.condition as unknown as Call);
    const condition = async ({ inputData }: { inputData: Record<string, unknown> }) =>
      inputData[GOES_ON] === true;
    return { ...entry, step: { ...entry.step, step: body }, condition: condition as never };
  }

  decision(condition: Call): Step {
    const decide = async (params: CallParams) => {
      const goesOn = await condition(params);
      return { ...(params.inputData as object), [GOES_ON]: goesOn };
    };
    const { inputSchema, outputSchema } = this.core;
    const execute = this.surrounded({ id: DECISION, isFirst: false }, decide);
    const step = { id: DECISION, inputSchema, outputSchema, execute };
    this.steps[DECISION] = step;
    return step as unknown as Step;
  }

  private surrounded(place: GraphPlace, call: Call): Call {
    return params => this.move.surround(place, params, call);
  }

  private unknown({ type }: { type: string }): MastraInngestError {
    return new MastraInngestError(
      'UNKNOWN_AGENT_GRAPH',
      `The graph of durable agents in the installed @mastra/core has an entry of type "${type}" (workflow ${this.core.id}), which ` +
        'this version of @mastra/inngest does not know. Update @mastra/inngest, or install an earlier @mastra/core.',
      { workflowId: this.core.id },
    );
  }
}

function isWorkflow(step: object): step is CoreWorkflow & Step {
  return 'stepGraph' in step;
}
