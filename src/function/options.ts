import { MastraInngestError } from '../errors';
import { requireOptions } from './option-checks/required';
import { type FunctionOption, OPTION_CHECKS } from './option-checks/checks';

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
  requireOptions(params);
  const workflow: Record<string, unknown> = {};
  const functionOptions: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(params)) {
    const forInngest = Object.hasOwn(OPTION_CHECKS, key);
    (forInngest ? functionOptions : workflow)[key] = value;
  }
  return { workflow: workflow as T, functionOptions };
}
