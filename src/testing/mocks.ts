/** What is executed in place of steps. */
import type { HookedRun, HookedStep } from '../sdk/test-hook';

/** Anything that a workflow executes as a step. */
type Executable = HookedStep & { execute: (params: never) => unknown };

interface Mock {
  stepId: string;
  /** Of one workflow alone. */
  workflowId?: string;
  impl: (params: never) => unknown;
}

/** Of a step's fields, those that hold for a mock, too: it is checked, tried again and suspended as the step is. */
const KEPT = [
  ...['id', 'description', 'inputSchema', 'outputSchema', 'resumeSchema', 'suspendSchema', 'stateSchema'],
  ...['requestContextSchema', 'retries', 'metadata'],
] as const;

export class Mocks {
  private list: Mock[] = [];

  /** The last one that was added counts. */
  add(mock: Mock): () => void {
    this.list = [mock, ...this.list];
    return () => {
      this.list = this.list.filter(other => other !== mock);
    };
  }

  /** The step that stands for this one. */
  of({ workflowId }: HookedRun, step: HookedStep): Executable | undefined {
    const mock = this.list.find(
      one => one.stepId === step.id && (one.workflowId === undefined || one.workflowId === workflowId),
    );
    if (!mock) return undefined;
    const fields = KEPT.map(field => [field, (step as unknown as Record<string, unknown>)[field]]);
    const execute = async (params: never): Promise<unknown> => mock.impl(params);
    return { ...(Object.fromEntries(fields) as HookedStep), execute };
  }
}
