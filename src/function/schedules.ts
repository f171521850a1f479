/** The schedules of a workflow: whichever option they come with, checked and brought into one shape. */
import type { MastraInngestError } from '../errors';
import { encodeRecord, UnencodableValue } from '../wire/encode';
import { isRecord, type JsonObject } from '../wire/json';
import { checkCron } from './cron';
import type { CronTrigger, StartOptions } from './start-options';

/** A schedule of a workflow. */
export interface Schedule {
  /** Missing where it is the workflow's only one and has none. */
  id?: string;
  /** As Inngest takes it. */
  cron: string;
  /** What its runs are started with, encoded: each run has a copy of its own. */
  given: JsonObject;
  /** Of the user's own, shown beside it. */
  metadata?: Record<string, unknown>;
}

/** The id that Mastra itself would give a schedule of a workflow. */
export function scheduleRowId(workflowId: string, schedules: readonly Schedule[], one: Schedule): string {
  const row = `wf_${encodeURIComponent(workflowId)}`;
  return schedules.length === 1 ? row : `${row}__${encodeURIComponent(one.id ?? '')}`;
}

/** Makes the error that a workflow's option is refused with. */
export type Refuse = (problem: string) => MastraInngestError;

/** The options that schedules come with; `schedule` is core's own. */
export type ScheduleOptions = StartOptions & { schedule?: unknown };

const SCHEDULE_FIELDS = ['id', 'cron', 'timezone', 'inputData', 'initialState', 'requestContext', 'metadata'];

/** @throws MastraInngestError `INVALID_WORKFLOW_OPTION` */
export function schedulesOf(given: ScheduleOptions, refuse: Refuse): Schedule[] {
  const { cron, inputData, initialState, schedule, triggers = [] } = given;
  if (cron === undefined && (inputData !== undefined || initialState !== undefined)) {
    throw refuse('has inputData or initialState without a cron that they are for.');
  }
  if (Array.isArray(schedule) && schedule.some(one => isRecord(one) && one.id === undefined)) {
    throw refuse('has a list of schedules, one of which has no id. Give each an id of its own.');
  }
  const listed: unknown[] = Array.isArray(schedule) ? schedule : schedule === undefined ? [] : [schedule];
  const crons = triggers.filter(one => isRecord(one) && !('event' in one));
  const all = [
    ...(cron === undefined ? [] : [{ id: 'cron', cron, inputData, initialState }]),
    ...listed,
    ...crons,
  ];
  const schedules = all.map(one => scheduleOf(one, refuse));
  if (schedules.length === 1) return schedules;
  const ids = schedules.map(one => one.id);
  if (ids.some((id, place) => id === undefined || ids.indexOf(id) !== place)) {
    throw refuse('has several schedules. Give each an id of its own.');
  }
  return schedules;
}

function scheduleOf(given: unknown, refuse: Refuse): Schedule {
  if (!isRecord(given))
    throw refuse('has a schedule that is no object like { cron, timezone?, inputData? }.');
  const unknown = Object.keys(given).find(key => !SCHEDULE_FIELDS.includes(key));
  if (unknown !== undefined) {
    throw refuse(`has a schedule with "${unknown}". A schedule has ${SCHEDULE_FIELDS.join(', ')}.`);
  }
  const { id, cron, timezone, inputData, initialState, requestContext } = given as unknown as CronTrigger;
  const metadata = isRecord(given.metadata) ? given.metadata : undefined;
  // It is part of a function's id, and so of a URL and of expressions.
  if (id !== undefined && !(typeof id === 'string' && /^[\w.-]+$/.test(id))) {
    throw refuse(`has a schedule with the id ${JSON.stringify(id)}. Use letters, digits, "_", "." and "-".`);
  }
  if (requestContext !== undefined && !isRecord(requestContext)) {
    throw refuse('has a schedule whose requestContext is no object.');
  }
  const checked = checkCron(cron, timezone);
  if ('problem' in checked) throw refuse(`has a cron ${JSON.stringify(cron)} that ${checked.problem}.`);
  try {
    return {
      id,
      cron: checked.text,
      given: encodeRecord({ inputData, initialState, requestContext }),
      ...(metadata && { metadata }),
    };
  } catch (error) {
    if (!(error instanceof UnencodableValue)) throw error;
    throw refuse(`has a schedule whose runs can't be started: ${error.message}. Use plain data.`);
  }
}
