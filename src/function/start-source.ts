/** Where a run's input comes from: the data of its start event or, where it was started otherwise, something of the workflow's. */
import { FinalError, MastraInngestError } from '../errors';
import type { ExecutionRequest } from '../sdk/port';
import { decodeValue } from '../wire/decode';
import { isRecord } from '../wire/json';
import {
  type StartRequest,
  parseOwnData,
  parseStartData,
  resumeEventName,
  scheduleFunctionName,
  startEventName,
} from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import type { ScheduleStart } from './schedule-run';
import { type Schedule, scheduleRowId } from './schedules';
import { INVOKED, type OwnEvent, type OwnTriggers, SCHEDULED, matches } from './triggers';

type StartEvent = ExecutionRequest['event'];

/** What a run is started with. */
export interface GivenStart {
  inputData?: unknown;
  initialState?: unknown;
  requestContext?: Record<string, unknown>;
}

/** Asked in the run's first op, once, so it may be code of the user's. */
export type StartSource = () => GivenStart | Promise<GivenStart>;

/** How a run is started. */
export interface Start {
  request: StartRequest;
  /** Where the request does not say it all. */
  source?: StartSource;
  /** The schedule that started it. */
  schedule?: ScheduleStart;
}

/** Reads the event that came to a workflow's own function. @throws MastraInngestError `INVALID_EVENT_DATA` */
export function readStart(workflow: RunnableWorkflow, event: StartEvent): Start {
  const { id, triggers } = workflow;
  if (event.name === startEventName(id) || event.name === INVOKED) {
    return { request: parseOwnData(event.data, id) };
  }
  const [schedule] = triggers.schedules;
  if (event.name === SCHEDULED)
    return schedule ? startBySchedule(workflow, schedule, event) : startWithoutTrigger(id, event);
  const trigger = triggerOf(triggers, event.name);
  return trigger ? startByEvent(trigger, event) : startWithoutTrigger(id, event);
}

/** Starts by a schedule; by hand, too: *Invoke* of a schedule's function in the dashboard. */
export function startBySchedule(
  { id, triggers: { schedules } }: RunnableWorkflow,
  schedule: Schedule,
  { name, data }: StartEvent,
): Start {
  const copy = () => decodeValue(schedule.given) as GivenStart;
  const dueAt = name === SCHEDULED && isRecord(data) ? Date.parse(String(data.scheduledAt)) : Number.NaN;
  return {
    request: { ...copy(), requestContext: copy().requestContext ?? {} },
    source: copy,
    schedule: { id: scheduleRowId(id, schedules, schedule), ...(!Number.isNaN(dueAt) && { dueAt }) },
  };
}

function startByEvent({ input }: OwnEvent, { id, name, data, ts }: StartEvent): Start {
  const given = isRecord(data) ? data : {};
  if (!input)
    return { request: { inputData: given, requestContext: {} }, source: () => ({ inputData: given }) };
  return {
    request: { requestContext: {} },
    source: async () => ({ inputData: await input({ id, name, data: given, ts }) }),
  };
}

/** A deploy may have taken the trigger away. A run that has begun goes on with the input that it remembers; no other one begins. */
function startWithoutTrigger(workflowId: string, { name, data }: StartEvent): Start {
  const text =
    name === SCHEDULED && isRecord(data) ? `The schedule ${String(data.cron)}` : `The event ${name}`;
  const source = () => {
    throw new MastraInngestError(
      'INVALID_EVENT_DATA',
      `${text} starts workflow ${workflowId} no longer: it is none of its triggers.`,
      { workflowId },
    );
  };
  return { request: { requestContext: {} }, source };
}

/** The trigger that brought an event: all that it may fit have the same input. */
function triggerOf({ events }: OwnTriggers, name: string): OwnEvent | undefined {
  return events.find(trigger => matches(name, trigger.name));
}

/** What a run was started with, as far as it is known without asking the user's code, whichever function executed it. */
export function startedWith(
  workflow: RunnableWorkflow,
  event: StartEvent,
  functionName: string,
): StartRequest {
  const { id, triggers } = workflow;
  if (functionName === resumeEventName(id)) return parseStartData(event.data, id);
  if (functionName === startEventName(id)) return readStart(workflow, event).request;
  const schedule = triggers.schedules.find(one => functionName === scheduleFunctionName(id, one.id ?? ''));
  return schedule ? startBySchedule(workflow, schedule, event).request : { requestContext: {} };
}

/** A start that can't be read is not tried again. */
export function finalStart(workflowId: string, read: () => Start): Start {
  try {
    return read();
  } catch (error) {
    if (!MastraInngestError.is(error)) throw error;
    throw new FinalError(error.code, error.message, { workflowId }, { cause: error });
  }
}
