/** Which options there are: core's parameters of a workflow, Inngest's options, and what this package adds. */
import { type CreateWorkflowParams, Workflow } from '@mastra/core/workflows';
import { OPTION_CHECKS } from './checks';
import { nearest } from '../../wire/nearest';
import type { OptionProblem } from './problem';

const CORE = Object.keys({
  mastra: 0,
  id: 0,
  description: 0,
  metadata: 0,
  inputSchema: 0,
  outputSchema: 0,
  stateSchema: 0,
  requestContextSchema: 0,
  executionEngine: 0,
  steps: 0,
  retryConfig: 0,
  options: 0,
  type: 0,
  schedule: 0,
} satisfies Record<keyof CreateWorkflowParams, 0>);

/** What starts runs by itself. */
const STARTS = ['cron', 'inputData', 'initialState', 'triggers', 'batchEvents'];

/** Options of Inngest's `createFunction` that a workflow does not take, and why. */
const NOT_TAKEN = new Map([
  ['optimizeParallelism', 'Leave it out: how parallel steps are executed is for this package to decide.'],
  ['experimentalCheckpointing', 'It is called "checkpointing" now.'],
]);

/** @returns what is wrong with an option's name; undefined where there is such an option */
export function nameProblem(name: string): OptionProblem | undefined {
  const known = [...CORE, ...Object.keys(OPTION_CHECKS), ...STARTS];
  if (known.includes(name)) return undefined;
  const reason = NOT_TAKEN.get(name);
  if (reason) return { at: name, what: 'is not taken', remedy: reason };
  // A later version of core may take more than the one that this was built with.
  if (isReadByCore(name)) return undefined;
  const meant = nearest(name, known);
  const remedy = meant
    ? `Did you mean "${meant}"?`
    : 'Neither Mastra’s createWorkflow nor Inngest has such an option: see docs/options.md.';
  return { at: name, what: 'does not exist', remedy };
}

/** Whether the installed core's constructor looks at a parameter of this name, or at all of them. */
function isReadByCore(name: string): boolean {
  let isRead = false;
  const params = new Proxy<Record<string, unknown>>(
    { id: 'options' },
    {
      get: (target, key) => {
        isRead ||= key === name;
        return Reflect.get(target, key) as unknown;
      },
      ownKeys: target => {
        isRead = true;
        return Reflect.ownKeys(target);
      },
    },
  );
  try {
    new Workflow(params as never);
  } catch {
    // It wants what this lacks; what it has read until then counts.
  }
  return isRead;
}
