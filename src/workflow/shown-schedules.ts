/**
 * Shows the schedules of this package's workflows in `mastra.schedules`, beside those that Mastra has stored, for Mastra's server
 * and Studio. They are not stored: Mastra's own scheduler would start their runs as well.
 */
import { computeNextFireAt } from '@mastra/core/workflows';
import type { AnyMastra } from '../core-types';
import { MastraInngestError } from '../errors';
import { writtenOut } from '../function/cron';
import { lastScheduleRun } from '../function/schedule-run';
import { type Schedule, scheduleRowId } from '../function/schedules';
import { NO_TRIGGERS, type OwnTriggers } from '../function/triggers';
import { decodeValue } from '../wire/decode';
import { isNestable } from '../brand';
import { withNested } from '../function/nested-workflows';

/** A schedule as `mastra.schedules` shows it. */
interface ShownSchedule {
  id: string;
  workflowId: string;
  cron: string;
  timezone?: string;
  status: 'active';
  nextFireAt: number;
  [field: string]: unknown;
}

type Filter = Partial<
  Record<'agentId' | 'workflowId' | 'status' | 'threadId' | 'resourceId' | 'name', string>
>;
type OnOne = (id: string, ...rest: unknown[]) => Promise<unknown>;

/** `mastra.schedules`, as far as it is read. */
interface Schedules extends Record<(typeof CHANGES)[number], OnOne> {
  list(filter?: Filter): Promise<{ id: string }[]>;
  get(id: string): Promise<unknown>;
  [SHOWS]?: true;
}

/** What it changes a schedule with. */
const CHANGES = ['update', 'delete', 'pause', 'resume', 'run'] as const;

// By symbol, so that of two loaded copies of this package one does it.
const SHOWS = Symbol.for('@mastra/inngest.shows-schedules');

/** Has a Mastra show the schedules of its workflows. */
export function showSchedules(mastra: AnyMastra): void {
  const schedules = mastra.schedules as unknown as Schedules;
  if (schedules[SHOWS]) return;
  schedules[SHOWS] = true;
  const since = Date.now();
  const find = (id: string) => declared(mastra, since).find(one => one.id === id.trim());
  const withLast = async (one: ShownSchedule) => ({ ...one, ...(await lastScheduleRun(mastra, one.id)) });
  const list = schedules.list.bind(schedules);
  const get = schedules.get.bind(schedules);
  schedules.list = async filter => {
    const own = declared(mastra, since);
    // What Mastra has stored before the workflow came to Inngest.
    const stored = (await list(filter)).filter(({ id }) => !own.some(one => one.id === id));
    return [...stored, ...(await Promise.all(own.filter(one => fits(one, filter)).map(withLast)))];
  };
  schedules.get = async id => {
    const own = find(id);
    return own ? withLast(own) : get(id);
  };
  for (const change of CHANGES) {
    const original = schedules[change].bind(schedules);
    schedules[change] = async (id, ...rest) => {
      const own = find(id);
      if (own) throw definedInCode(own, change);
      return original(id, ...rest);
    };
  }
}

function declared(mastra: AnyMastra, since: number): ShownSchedule[] {
  const all = withNested(Object.values(mastra.listWorkflows()));
  return all.filter(isNestable).flatMap(workflow => {
    const { schedules } = (workflow as unknown as { triggers?: OwnTriggers }).triggers ?? NO_TRIGGERS;
    return schedules.map(one => shown(workflow.id, schedules, one, since));
  });
}

function shown(
  workflowId: string,
  all: readonly Schedule[],
  schedule: Schedule,
  since: number,
): ShownSchedule {
  const [, timezone, cron = schedule.cron] = /^TZ=(\S+) (.*)$/.exec(schedule.cron) ?? [];
  return {
    id: scheduleRowId(workflowId, all, schedule),
    workflowId,
    cron,
    ...(timezone !== undefined && { timezone }),
    status: 'active',
    nextFireAt: computeNextFireAt(writtenOut(cron), { timezone }),
    ...(decodeValue(schedule.given) as object),
    ...(schedule.metadata && { metadata: schedule.metadata }),
    createdAt: since,
    updatedAt: since,
  };
}

function fits(one: ShownSchedule, filter: Filter = {}): boolean {
  return Object.entries(filter).every(([field, wanted]) => wanted === undefined || one[field] === wanted);
}

function definedInCode({ id, workflowId }: ShownSchedule, change: string): MastraInngestError {
  return new MastraInngestError(
    'SCHEDULE_IN_CODE',
    `Schedule ${id}: ${change} is not possible, for it belongs to the code of workflow ${workflowId} and Inngest is its clock. ` +
      'Change its `schedule` and deploy, or pause its function in Inngest.',
    { workflowId },
  );
}
