/** The Inngest functions of a workflow: one that starts runs, one that continues them. */
import type { ExecutionRequest, FunctionDefinition, InngestPort, Trigger } from '../sdk/port';
import {
  cancelEventName,
  isForApp,
  parseLegData,
  resumeEventName,
  scheduleFunctionName,
  startEventName,
} from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import { identify } from './identity';
import { refuseForeignMemo } from './memo-guard';
import { RunExecution } from './run-execution';
import { requireMastra, runScope } from './scope';
import { type Start, finalStart, readStart, startBySchedule } from './start-source';
import { notedStart } from './schedule-run';
import { storeOf } from './stores';
import { ownFunctionsOf } from './triggers';

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

/** One of a workflow's functions: what starts it, and how its starts are read. */
interface Entry {
  id: string;
  triggers: Trigger[];
  options: Record<string, unknown>;
  read: (event: ExecutionRequest['event']) => Start;
}

/** The Inngest function of a workflow: `workflow.<id>`. */
export function runFunctionDefinition(workflow: RunnableWorkflow, port: InngestPort): FunctionDefinition {
  const { id, functionOptions: options, triggers } = workflow;
  const event = startEventName(id);
  const events = triggers.events.map(one => ({
    event: one.name,
    ...(one.if !== undefined && { if: one.if }),
  }));
  const crons = triggers.schedules.length === 1 ? triggers.schedules.map(({ cron }) => ({ cron })) : [];
  const all = [{ event, if: isForApp(port.appId) }, ...events, ...crons];
  return definition(workflow, port, {
    id: event,
    triggers: all,
    options,
    read: received => readStart(workflow, received),
  });
}

/**
 * The functions of a workflow's schedules, where it has several: Inngest starts a function at most once for one point of time,
 * so two schedules of one function that meet would start one run.
 */
export function scheduleFunctionDefinitions(
  workflow: RunnableWorkflow,
  port: InngestPort,
): FunctionDefinition[] {
  const { id, functionOptions: options, triggers } = workflow;
  return ownFunctionsOf(triggers).map(schedule =>
    definition(workflow, port, {
      id: scheduleFunctionName(id, schedule.id),
      triggers: [{ cron: schedule.cron }],
      options: named(options, schedule.id),
      read: received => startBySchedule(workflow, schedule, received),
    }),
  );
}

/** The Inngest function that continues runs of a workflow: `workflow.<id>.resume`. */
export function resumeFunctionDefinition(workflow: RunnableWorkflow, port: InngestPort): FunctionDefinition {
  const { timeouts, ...options } = named(workflow.functionOptions, 'resume');
  const kept = Object.entries(options).filter(([option]) => !ONLY_FOR_STARTS.includes(option));
  // A start that waited too long in a queue may be given up; a resumed run may not.
  const { finish } = (timeouts ?? {}) as { finish?: unknown };
  const event = resumeEventName(workflow.id);
  return definition(workflow, port, {
    id: event,
    triggers: [{ event, if: isForApp(port.appId) }],
    options: { ...Object.fromEntries(kept), ...(finish !== undefined && { timeouts: { finish } }) },
    read: ({ data }) => ({ request: parseLegData(data, workflow.id) }),
  });
}

/** The options for one more function of a workflow: a name is shown in the dashboard and told apart. */
function named({ name, ...options }: Record<string, unknown>, what: string): Record<string, unknown> {
  return typeof name === 'string' ? { ...options, name: `${name} (${what})` } : options;
}

function definition(
  workflow: RunnableWorkflow,
  port: InngestPort,
  { id, triggers, options, read }: Entry,
): FunctionDefinition {
  return {
    id,
    triggers,
    cancelOn: [
      { event: cancelEventName(workflow.id), if: CANCEL_MATCH },
      { event: 'inngest/function.cancelled', if: PARENT_CANCELLED },
    ],
    options,
    handler: request => execute(workflow, port, request, read),
  };
}

/** One execution request: replays the graph over what is remembered, and does what comes next. */
async function execute(
  workflow: RunnableWorkflow,
  port: InngestPort,
  request: ExecutionRequest,
  read: Entry['read'],
): Promise<unknown> {
  const start = finalStart(workflow.id, () => read(request.event));
  const { runId: given } = start.request;
  refuseForeignMemo(request.memoized, workflow.id, given ?? request.inngestRunId);
  const store = storeOf(requireMastra(workflow, given));
  const identity = await identify(request, start.request, workflow, store);
  const scope = runScope(workflow, port, request, start.request, identity.runId);
  return new RunExecution(workflow, scope, notedStart(scope, start), request.step, identity).execute();
}
