/** The ops of a run: what Inngest has of them, and what the app did for them. */
import type { Run, StepTrace } from '../local/state/run';
import type { Executions, PerformedOp } from './executions';
import type { InngestRuns } from './inngest-runs';

/** One op of a run: an Inngest step. */
export interface Operation {
  /** Its name, as Inngest's dashboard shows it. */
  name: string;
  kind: 'step' | 'sleep' | 'wait' | 'invoke';
  /** Id of the workflow's step that it is; missing for an op of the package's own, and for a sleep. */
  step?: string;
  /** Of which workflow it is: a nested one's ops stand behind the op that invoked it. */
  workflowId: string;
  /** How often the app executed it. */
  attempts: number;
  /** On the server's clock. */
  startedAt: Date;
  endedAt?: Date;
  /** `retried`: it failed, and an op of its own tries again. `crashed`: Inngest has no answer to the last attempt. */
  outcome: 'success' | 'failed' | 'retried' | 'suspended' | 'waiting' | 'running' | 'crashed';
}

/** An op with what it invoked. */
export interface OperationNode {
  operation: Operation;
  inner: OperationNode[];
}

const KINDS: Record<string, Operation['kind']> = {
  Sleep: 'sleep',
  WaitForEvent: 'wait',
  WaitForSignal: 'wait',
  InvokeFunction: 'invoke',
};

export class OperationLog {
  constructor(
    private readonly runs: InngestRuns,
    private readonly executions: Executions,
  ) {}

  /** The ops of these runs of Inngest's, in the order in which Inngest heard of them. */
  nodesOf(runs: readonly Run[]): OperationNode[] {
    return runs.flatMap(run => {
      const traces = [...run.traces.values()];
      const reported = traces.map(trace => this.node(run, trace));
      const names = new Set(traces.map(({ name }) => name));
      // What the app has begun or lost, and Inngest does not know.
      const unreported = this.executions.opsOf(run.id).filter(({ name }) => !names.has(name));
      return [...reported, ...unreported.map(op => ({ operation: unreportedOp(op), inner: [] }))];
    });
  }

  private node(run: Run, trace: StepTrace): OperationNode {
    const invoked = this.runs.invokedBy(run, trace);
    return {
      operation: this.operation(run, trace),
      inner: invoked ? this.nodesOf([invoked]) : [],
    };
  }

  private operation(run: Run, trace: StepTrace): Operation {
    const performed = this.executions.op(run.id, trace.name);
    const step = this.executions.stepOf(run.id, trace.name);
    return {
      name: trace.name,
      kind: KINDS[trace.op] ?? 'step',
      ...(step !== undefined && { step }),
      workflowId: workflowOf(run),
      attempts: performed?.attempts ?? Math.max(1, trace.attempts),
      startedAt: new Date(performed?.startedAt ?? trace.startedAt),
      ...(trace.endedAt !== undefined && { endedAt: new Date(trace.endedAt) }),
      outcome: outcomeOf(trace, performed),
    };
  }
}

function outcomeOf(trace: StepTrace, performed: PerformedOp | undefined): Operation['outcome'] {
  if (performed?.isCrashed) return 'crashed';
  if (trace.status === 'Failed') return 'failed';
  if (trace.status === 'Completed')
    return performed?.outcome === 'failed' ? 'retried' : (performed?.outcome ?? 'success');
  return trace.status === 'Waiting' ? 'waiting' : 'running';
}

function unreportedOp({ name, stepId, workflowId, attempts, startedAt, isCrashed }: PerformedOp): Operation {
  return {
    name,
    kind: 'step',
    ...(stepId !== undefined && { step: stepId }),
    workflowId,
    attempts,
    startedAt: new Date(startedAt),
    outcome: isCrashed ? 'crashed' : 'running',
  };
}

/** Of a function of the user's own, its id. */
function workflowOf({ fn }: Run): string {
  const id = fn.slug.slice(fn.appName.length + 1);
  return id.replace(/^workflow\./, '').replace(/\.(resume|cron\..*)$/, '');
}

/** All ops of a tree, each before what it invoked. */
export function flat(nodes: readonly OperationNode[]): Operation[] {
  return nodes.flatMap(({ operation, inner }) => [operation, ...flat(inner)]);
}
