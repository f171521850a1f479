/** What starts a workflow by itself: the options of `createWorkflow`, checked and brought into one shape. */
import { MastraInngestError } from '../errors';
import { isRecord } from '../wire/json';
import { cancelEventName, resumeEventName, startEventName } from '../wire/start-event';
import { celProblem } from './option-checks/cel-problem';
import { type Refuse, type Schedule, type ScheduleOptions, schedulesOf } from './schedules';
import type { EventTrigger } from './start-options';

/** An event of the user's own that starts runs. */
export interface OwnEvent {
  name: string;
  if?: string;
  input?: EventTrigger['input'];
}

/** Everything that starts a workflow by itself. */
export interface OwnTriggers {
  readonly schedules: readonly Schedule[];
  readonly events: readonly OwnEvent[];
}

/** The schedules that have functions of their own; a single one is a trigger of the workflow's own function. */
export function ownFunctionsOf({ schedules }: OwnTriggers): (Schedule & { id: string })[] {
  return schedules.length === 1 ? [] : schedules.map(one => ({ ...one, id: one.id ?? '' }));
}

/** Of a workflow that nothing starts but its callers. */
export const NO_TRIGGERS: OwnTriggers = { schedules: [], events: [] };

/** Triggers that Inngest takes of one function; the workflow's own event is one. */
const MOST_TRIGGERS = 10;

/** Events that come to a workflow's functions for reasons of Inngest's own. */
export const SCHEDULED = 'inngest/scheduled.timer';
export const INVOKED = 'inngest/function.invoked';

/**
 * Takes out of `createWorkflow`'s parameters what starts the workflow by itself. Core must not see a `schedule`: its own
 * scheduler would start the same runs.
 * @throws MastraInngestError `INVALID_WORKFLOW_OPTION`
 */
export function takeTriggers<T extends { id: string }>(params: T): { params: T; triggers: OwnTriggers } {
  const { cron, inputData, initialState, schedule, triggers, ...rest } = params as T & ScheduleOptions;
  const { id } = params;
  const refuse: Refuse = problem =>
    new MastraInngestError('INVALID_WORKFLOW_OPTION', `Workflow ${id} ${problem}`, { workflowId: id });
  const events = eventsOf(triggers, refuse);
  const schedules = schedulesOf({ cron, inputData, initialState, schedule, triggers }, refuse);
  const taken = { events, schedules };
  requireUnambiguous(taken, id, refuse);
  return { params: rest as unknown as T, triggers: taken };
}

function eventsOf(triggers: unknown, refuse: Refuse): OwnEvent[] {
  if (triggers === undefined) return [];
  if (!Array.isArray(triggers)) throw refuse('has triggers that are no list.');
  return triggers.flatMap((given: unknown) => {
    if (!isRecord(given) || ('event' in given ? 'cron' in given : !('cron' in given))) {
      throw refuse('has a trigger that is neither { event } nor { cron }.');
    }
    return 'event' in given ? [eventOf(given as unknown as EventTrigger, refuse)] : [];
  });
}

function eventOf({ event, if: condition, input }: EventTrigger, refuse: Refuse): OwnEvent {
  const name: unknown = isRecord(event) ? event.name : event;
  if (typeof name !== 'string' || name === '') throw refuse('has a trigger whose event has no name.');
  if (condition !== undefined && typeof condition !== 'string') {
    throw refuse(`has a trigger (${name}) whose "if" is no text.`);
  }
  const wrong = condition === undefined ? undefined : celProblem(condition, 'key');
  if (wrong !== undefined) {
    throw refuse(
      `has a trigger (${name}) whose "if", ${JSON.stringify(condition)}, Inngest refuses: ${wrong}.`,
    );
  }
  if (input !== undefined && typeof input !== 'function') {
    throw refuse(`has a trigger (${name}) whose "input" is no function.`);
  }
  return { name, if: condition, input };
}

/** The app is not told which of its triggers an event has fitted, so one event must mean one input. */
function requireUnambiguous({ events, schedules }: OwnTriggers, workflowId: string, refuse: Refuse): void {
  const taken = [startEventName, resumeEventName, cancelEventName].map(name => name(workflowId));
  for (const [place, { name, input, if: condition }] of events.entries()) {
    if ([...taken, SCHEDULED, INVOKED].includes(name)) {
      throw refuse(`has a trigger for ${name}, which is a name of its own or of Inngest's. Choose another.`);
    }
    for (const other of events.slice(0, place)) {
      if (!matches(name, other.name) && !matches(other.name, name)) continue;
      if (input !== other.input) {
        throw refuse(
          `has two triggers that ${name} may fit, with a different input each, and nothing tells which of them it has ` +
            'fitted. Use one input for both, which looks at the event.',
        );
      }
      if (name === other.name && condition === other.if) throw refuse(`has the trigger ${name} twice.`);
    }
  }
  const count = 1 + events.length + (schedules.length === 1 ? 1 : 0);
  if (count > MOST_TRIGGERS) {
    throw refuse(
      `has ${count} triggers, and Inngest takes at most ${MOST_TRIGGERS}. Use a pattern like order/*.`,
    );
  }
}

/** Whether an event's name fits a trigger's: `*` stands at the end, after a `/` or a `.`. */
export function matches(event: string, trigger: string): boolean {
  return event === trigger || (/[/.]\*$/.test(trigger) && event.startsWith(trigger.slice(0, -1)));
}
