/** The Inngest functions of a workflow: one that starts runs, one that continues them. */
import { FinalError, MastraInngestError } from '../errors';
import type { ExecutionRequest, FunctionDefinition, InngestPort } from '../sdk/port';
import {
  type StartRequest,
  cancelEventName,
  parseLegData,
  parseStartData,
  resumeEventName,
  startEventName,
} from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import { identify } from './identity';
import { refuseForeignMemo } from './memo-guard';
import { RunExecution } from './run-execution';
import { requireMastra, runScope } from './scope';
import { storeOf } from './stores';

/**
 * The run that a cancel event means: by its run id or, for one that was invoked from the dashboard without any, by its
 * event's id. Comparing missing ids would cancel every run that has none, since Inngest takes null for equal to null.
 */
const CANCEL_MATCH =
  '(event.data.runId != null && event.data.runId == async.data.runId) || event.id == async.data.eventId';

/** Inngest does not cancel what a cancelled function has invoked. */
const PARENT_CANCELLED =
  'event.data.mastra.parentRun != null && event.data.mastra.parentRun == async.data.run_id';

/**
 * Options that would hold up or drop the continuation of a run that has waited for somebody: they are for starts.
 * A drop would lose the run, since nobody sends it again.
 */
const ONLY_FOR_STARTS = ['rateLimit', 'debounce', 'throttle', 'singleton', 'idempotency'];

type Parse = (data: unknown, workflowId: string) => StartRequest;

/** The Inngest function of a workflow: `workflow.<id>`. */
export function runFunctionDefinition(workflow: RunnableWorkflow, port: InngestPort): FunctionDefinition {
  return definition(workflow, port, startEventName(workflow.id), workflow.functionOptions, parseStartData);
}

/** The Inngest function that continues runs of a workflow: `workflow.<id>.resume`. */
export function resumeFunctionDefinition(workflow: RunnableWorkflow, port: InngestPort): FunctionDefinition {
  const { name, timeouts, ...options } = workflow.functionOptions;
  const kept = Object.entries(options).filter(([option]) => !ONLY_FOR_STARTS.includes(option));
  const own = typeof name === 'string' ? { name: `${name} (resume)` } : {};
  // A start that waited too long in a queue may be given up; a resumed run may not.
  const { finish } = (timeouts ?? {}) as { finish?: unknown };
  const all = { ...Object.fromEntries(kept), ...own, ...(finish !== undefined && { timeouts: { finish } }) };
  return definition(workflow, port, resumeEventName(workflow.id), all, parseLegData);
}

function definition(
  workflow: RunnableWorkflow,
  port: InngestPort,
  eventName: string,
  options: Record<string, unknown>,
  parse: Parse,
): FunctionDefinition {
  return {
    id: eventName,
    triggers: [{ event: eventName }],
    cancelOn: [
      { event: cancelEventName(workflow.id), if: CANCEL_MATCH },
      { event: 'inngest/function.cancelled', if: PARENT_CANCELLED },
    ],
    options,
    handler: request => execute(workflow, port, request, parse),
  };
}

/** One execution request: replays the graph over what is remembered, and does what comes next. */
async function execute(
  workflow: RunnableWorkflow,
  port: InngestPort,
  request: ExecutionRequest,
  parse: Parse,
): Promise<unknown> {
  const start = read(workflow, request, parse);
  refuseForeignMemo(request.memoized, workflow.id, start.runId ?? request.inngestRunId);
  const store = storeOf(requireMastra(workflow, start.runId));
  const { runId, begun } = await identify(request, start, workflow, store);
  const scope = runScope(workflow, port, request, start, runId);
  return new RunExecution(workflow, scope, start, request.step, begun).execute();
}

function read(workflow: RunnableWorkflow, request: ExecutionRequest, parse: Parse): StartRequest {
  try {
    return parse(request.event.data, workflow.id);
  } catch (error) {
    if (!MastraInngestError.is(error)) throw error;
    throw new FinalError(error.code, error.message, { workflowId: workflow.id }, { cause: error });
  }
}
