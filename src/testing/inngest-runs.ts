/** Finds the runs of Inngest's that execute a Mastra run, in the memory of the test app's server. */
import type { Core } from '../local/executor/core';
import { field, text } from '../local/json';
import type { Run, StepTrace } from '../local/state/run';
import { resumeEventName, startEventName } from '../wire/start-event';

export class InngestRuns {
  constructor(
    readonly core: Core,
    private readonly appId: string,
  ) {}

  /** The legs of a run, in order. */
  legsOf(workflowId: string, runId: string): Run[] {
    return this.ofWorkflow(workflowId).filter(run => mastraRunId(run) === runId);
  }

  /** All that execute a workflow, also where another one has it as a step. */
  ofWorkflow(workflowId: string): Run[] {
    const start = startEventName(workflowId);
    const own = [start, resumeEventName(workflowId)].map(id => `${this.appId}-${id}`);
    return [...this.core.store.runs.values()].filter(
      ({ fn }) => own.includes(fn.slug) || fn.slug.startsWith(`${this.appId}-${start}.cron.`),
    );
  }

  /** The run that an op of another one has invoked. */
  invokedBy(run: Run, { id, op }: StepTrace): Run | undefined {
    if (op !== 'InvokeFunction') return undefined;
    const key = `${run.id}.${id}`;
    return [...this.core.store.runs.values()].find(
      ({ event }) => text(field(event.data, '_inngest'), 'correlation_id') === key,
    );
  }

  /** These and all that they have invoked, at any depth. */
  withInvoked(runs: readonly Run[]): Run[] {
    return runs.flatMap(run => {
      const invoked = [...run.traces.values()].flatMap(trace => this.invokedBy(run, trace) ?? []);
      return [run, ...this.withInvoked(invoked)];
    });
  }
}

/** Mastra's id of the run that a run of Inngest's executes: its own, where its event names none. */
export function mastraRunId(run: Run): string {
  return text(run.event.data, 'runId') ?? run.id;
}
