import { validateStepInput, validateStepRequestContext } from '@mastra/core/workflows';
import type { Context } from '../core-types';
import type { EngineParts } from '../engine/engine-parts';
import { seal, unseal } from '../wire/outcome';
import { requireStorable } from '../engine/storable-values';
import { sameValue } from '../wire/encode';
import type { StartRequest } from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import { validated } from './validate';

/** A run's input and state after the schemas. */
export interface Prepared {
  inputData: unknown;
  initialState: unknown;
  /** The schema made another object of the state: in core, a nested run that is given it works on it alone. */
  ownState?: boolean;
}

/** `isChanged`: the schema changed it, so it is to be remembered. */
interface Checked {
  prepared: Prepared;
  isChanged?: boolean;
}

/**
 * Validates what a start event brought, as core's `start()` does. `run.start()` has done so before sending; an event from
 * the dashboard or from a parent workflow comes unchecked. Schemas are pure, so this may repeat on a replay; but where one
 * *changes* the value (a default, a transform) the changed value is remembered in an op, since a default may be random.
 */
export async function checkStart(
  workflow: RunnableWorkflow,
  start: StartRequest,
  requestContext: Context,
): Promise<Checked> {
  const given = { inputData: start.inputData, initialState: start.initialState ?? {} };
  const validateInputs = start.sender?.validateInputs ?? workflow.options.validateInputs;
  if (start.sender?.validated || validateInputs === false) return { prepared: given };
  const checked = start.sender?.ancestors.length
    ? await validateAsStep(workflow, given, requestContext)
    : await validateAsRun(workflow, given, requestContext);
  requireStorableStart(checked, { workflowId: workflow.id, runId: start.runId });
  const ownState = checked.initialState !== given.initialState;
  if (sameValue(checked, given)) return { prepared: { ...given, ownState } };
  return { prepared: { ...checked, ownState }, isChanged: true };
}

/** Remembers what a schema made. */
export async function rememberStart({ operations, ids }: EngineParts, prepared: Prepared): Promise<Prepared> {
  const { ownState, ...made } = prepared;
  const memo = await operations.run(ids.input, async () => seal(made));
  return { ...(unseal<Prepared>(memo) ?? made), ownState };
}

/** A nested workflow is checked as the step that it is, with core's own messages. */
async function validateAsStep(
  workflow: RunnableWorkflow,
  given: Prepared,
  requestContext: Context,
): Promise<Prepared> {
  const step = workflow as never;
  const input = await validateStepInput({ prevOutput: given.inputData, step, validateInputs: true });
  if (input.validationError) throw input.validationError;
  const context = await validateStepRequestContext({ requestContext, step, validateInputs: true });
  if (context.validationError) throw context.validationError;
  const initialState = await validated(workflow.stateSchema, given.initialState, 'initial data');
  return { inputData: input.inputData as unknown, initialState };
}

/** @throws MastraInngestError `OUTPUT_NOT_SERIALIZABLE`, `OUTPUT_TOO_LARGE` */
export function requireStorableStart(
  { inputData, initialState }: Prepared,
  owner: { workflowId: string; runId?: string },
): void {
  requireStorable(
    [
      { name: 'input', path: '$.inputData', value: inputData },
      { name: 'initial state', path: '$.initialState', value: initialState },
    ],
    owner,
  );
}

/** A run is checked as core's `start()` does. @throws MastraError with the schema's issues */
export async function validateAsRun(
  workflow: RunnableWorkflow,
  given: Prepared,
  requestContext: Context,
): Promise<Prepared> {
  const inputData = await validated(workflow.inputSchema, given.inputData, 'input data');
  const initialState = await validated(workflow.stateSchema, given.initialState, 'initial data');
  await validated(
    workflow.requestContextSchema,
    Object.fromEntries(requestContext.entries()),
    'request context',
  );
  return { inputData, initialState };
}
