/** The scenarios as Mastra workflows: the same code for this package and for the peer. */
import { z } from 'zod';
import { type Scenario, type Value, largeText } from '../scenarios';

interface StepContext {
  runId: string;
  inputData: Value;
  resumeData?: unknown;
  suspend: (payload: object) => Promise<unknown>;
  writer: { write(chunk: unknown): Promise<void> };
}

/** The part of a workflow's builder that the scenarios use. */
interface Builder {
  then(step: unknown): Builder;
  parallel(steps: unknown[]): Builder;
  branch(arms: unknown[]): Builder;
  foreach(step: unknown, options: { concurrency: number }): Builder;
  dountil(step: unknown, condition: (context: { inputData: Value }) => Promise<boolean>): Builder;
  commit(): unknown;
}

/** What `init` and the entry of either package give. */
export interface Tools {
  createWorkflow(definition: object): unknown;
  createStep(params: object): unknown;
}

const value = z.object({ value: z.number() });
const anything = z.any();

/** One scenario's workflow. `mark` is told at the end of every step body. */
export function workflowOf(scenario: Scenario, tools: Tools, mark: (run: string) => void): unknown {
  return new WorkflowMaker(scenario, tools, mark).make();
}

class WorkflowMaker {
  constructor(
    private readonly scenario: Scenario,
    private readonly tools: Tools,
    private readonly mark: (run: string) => void,
  ) {}

  make(): unknown {
    const { kind, size, id, concurrency = 1 } = this.scenario;
    switch (kind) {
      case 'sequential':
        return this.chain(id, 's', size);
      case 'dountil':
        return this.workflow(id)
          .dountil(this.plusOne('increment'), async ({ inputData }) => inputData.value >= size)
          .commit();
      case 'parallel':
        return this.workflow(id)
          .parallel(Array.from({ length: size }, (_, index) => this.plusOne(`p${index}`)))
          .commit();
      case 'foreach':
        return this.workflow(id).foreach(this.plusOne('enrich'), { concurrency }).commit();
      case 'branch':
        return this.branch();
      case 'nested':
        return this.workflow(id)
          .then(this.plusOne('before'))
          .then(this.chain(`${id}-child`, 'c', size))
          .then(this.plusOne('after'))
          .commit();
      case 'suspend':
        return this.workflow(id).then(this.plusOne('before')).then(this.approval()).commit();
      case 'large':
        return this.workflow(id).then(this.large()).commit();
      case 'chunks':
        return this.workflow(id).then(this.chunks()).commit();
    }
  }

  private workflow(id: string): Builder {
    return this.tools.createWorkflow({ id, inputSchema: anything, outputSchema: anything }) as Builder;
  }

  private chain(id: string, prefix: string, length: number): unknown {
    let workflow = this.workflow(id);
    for (let index = 1; index <= length; index++) workflow = workflow.then(this.plusOne(`${prefix}${index}`));
    return workflow.commit();
  }

  private branch(): unknown {
    const isLow = async ({ inputData }: StepContext) => inputData.value < 10;
    const isHigh = async ({ inputData }: StepContext) => inputData.value >= 10;
    return this.workflow(this.scenario.id)
      .branch([
        [isLow, this.plusOne('low')],
        [isHigh, this.plusOne('high')],
      ])
      .commit();
  }

  private step(id: string, execute: (context: StepContext) => Promise<unknown>, more: object = {}): unknown {
    return this.tools.createStep({ id, inputSchema: value, outputSchema: anything, execute, ...more });
  }

  private plusOne(id: string): unknown {
    return this.step(id, async ({ inputData, runId }) => {
      this.mark(runId);
      return { value: inputData.value + 1 };
    });
  }

  private approval(): unknown {
    const execute = async ({ inputData, runId, resumeData, suspend }: StepContext) => {
      if (!resumeData) return suspend({ question: 'May it go on?' });
      this.mark(runId);
      return inputData;
    };
    return this.step('approval', execute, { resumeSchema: anything, suspendSchema: anything });
  }

  private large(): unknown {
    return this.step('large', async ({ runId }) => {
      const text = largeText();
      this.mark(runId);
      return { text };
    });
  }

  private chunks(): unknown {
    return this.step('agent', async ({ inputData, runId, writer }) => {
      for (let index = 0; index < this.scenario.size; index++) {
        await writer.write({ type: 'text-delta', text: `token ${index} ` });
      }
      this.mark(runId);
      return inputData;
    });
  }
}
