import { MastraInngestError } from '../errors';

/** Inngest's function options that `createWorkflow` takes as they are (Inngest documentation, "Create function"). */
const FUNCTION_OPTIONS = [
  'name',
  'concurrency',
  'rateLimit',
  'throttle',
  'debounce',
  'priority',
  'cancelOn',
  'idempotency',
  'middleware',
  'onFailure',
  'retries',
  'singleton',
  'timeouts',
  'checkpointing',
] as const;

type FunctionOption = (typeof FUNCTION_OPTIONS)[number];

/** The options for Inngest, apart from those for Mastra. @throws MastraInngestError `INVALID_WORKFLOW_OPTION` */
export function splitOptions<T extends { id: string }>(
  params: T & Partial<Record<FunctionOption | 'batchEvents', unknown>>,
): { workflow: T; functionOptions: Record<string, unknown> } {
  if (params.batchEvents !== undefined) {
    throw new MastraInngestError(
      'INVALID_WORKFLOW_OPTION',
      `Workflow ${params.id} has "batchEvents", which hands several starts to one execution, and a run is started by one ` +
        'event. Take the events in a function of your own and start a run for each.',
      { workflowId: params.id },
    );
  }
  const workflow: Record<string, unknown> = {};
  const functionOptions: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(params)) {
    const forInngest = (FUNCTION_OPTIONS as readonly string[]).includes(key);
    (forInngest ? functionOptions : workflow)[key] = value;
  }
  return { workflow: workflow as T, functionOptions };
}
