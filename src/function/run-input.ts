/** A run's input and state: where they come from, and their check. */
import { validateStepInput, validateStepRequestContext } from '@mastra/core/workflows';
import type { Context } from '../core-types';
import type { EngineParts } from '../engine/engine-parts';
import { seal, unseal } from '../wire/outcome';
import { requireStorable } from '../engine/storable-values';
import { sameValue } from '../wire/encode';
import type { StartRequest } from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import type { SourcedStart } from './sourced-start';
import { validated } from './schema';

/** A run's input and state after the schemas. */
export interface Prepared {
  inputData: unknown;
  initialState: unknown;
  /** The schema made another object of the state: in core, a nested run that is given it works on it alone. */
  ownState?: boolean;
}

/** What a run begins with: what its start event brought, until its schemas, its source or an earlier leg say more. */
export class RunInput {
  prepared?: Prepared;

  constructor(
    private readonly workflow: RunnableWorkflow,
    readonly start: StartRequest,
    private readonly requestContext: Context,
    /** Where the start event does not bring the input. */
    private readonly sourced: SourcedStart | undefined,
  ) {}

  get data(): unknown {
    return this.prepared ? this.prepared.inputData : this.start.inputData;
  }

  get state(): Record<string, unknown> {
    return (this.prepared?.initialState ?? this.givenState) as Record<string, unknown>;
  }

  get givenState(): Record<string, unknown> {
    return (this.start.initialState ?? {}) as Record<string, unknown>;
  }

  /** Takes the input from its source, in the run's first op, before the run is announced. */
  async take({ scope, trace }: EngineParts): Promise<void> {
    if (!this.sourced || this.prepared) return;
    this.prepared = await this.sourced.take(scope.runId);
    trace.beginWith(this.data);
  }

  /**
   * Checks input and state with the workflow's schemas, and remembers them where a replay could not make them again.
   * @throws what the source threw; MastraError with a schema's issues
   */
  async prepare(parts: EngineParts): Promise<void> {
    this.prepared = this.sourced ? await this.fromSource(this.sourced, parts) : await this.fromEvent(parts);
    // Core changes the state that it is given, and a nested run tells what became of it.
    const nested = parts.scope.ancestors.length > 0;
    if (nested && !this.prepared.ownState) this.prepared.initialState = { ...this.givenState };
  }

  private async fromSource(sourced: SourcedStart, parts: EngineParts): Promise<Prepared> {
    const { prepared, failure } = await sourced.remember(parts);
    this.prepared = prepared;
    parts.trace.beginWith(prepared.inputData);
    if (failure) throw failure.thrown;
    return prepared;
  }

  private async fromEvent(parts: EngineParts): Promise<Prepared> {
    const { prepared, isChanged } = await checkStart(this.workflow, this.start, this.requestContext);
    // Before the op that remembers it, which announces the run's start.
    this.prepared = prepared;
    return isChanged ? rememberStart(parts, prepared) : prepared;
  }
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
async function checkStart(
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
async function rememberStart({ operations, ids }: EngineParts, prepared: Prepared): Promise<Prepared> {
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
