/** A run that a schedule started, noted where Mastra notes such runs: its schedules routes show them. */
import type { AnyMastra } from '../core-types';
import type { RunScope } from '../engine/scope';
import { reasonOf } from '../errors';
import type { Start } from './start-source';

/** The schedule that starts a run. */
export interface ScheduleStart {
  /** As `mastra.schedules` shows it. */
  id: string;
  /** Missing where somebody has started it by hand. */
  dueAt?: number;
}

/** Runs of one schedule that may have begun since an attempt that broke off. */
const RECENT = 100;

/** The start, which notes its run when the input is taken: once, in the run's first op. */
export function notedStart(scope: RunScope, start: Start): Start {
  const { source, schedule } = start;
  if (!source || !schedule) return start;
  const taken = async () => {
    await note(scope, schedule);
    return source();
  };
  return { ...start, source: taken };
}

async function note(scope: RunScope, schedule: ScheduleStart): Promise<void> {
  const { mastra, log, runId, workflowId, inngestRunId, attempt } = scope;
  const { id: scheduleId, dueAt } = schedule;
  const now = Date.now();
  try {
    const store = await schedulesOf(mastra);
    if (!store) return;
    // An attempt that broke off may have come this far.
    const noted = attempt > 0 ? await store.listTriggers(scheduleId, { limit: RECENT }) : [];
    if (noted.some(({ id }) => id === inngestRunId)) return;
    await store.recordTrigger({
      id: inngestRunId,
      scheduleId,
      runId,
      scheduledFireAt: dueAt ?? now,
      actualFireAt: now,
      outcome: 'published',
      triggerKind: dueAt === undefined ? 'manual' : 'schedule-fire',
    });
  } catch (error) {
    log.warn('A run is not in the history of its schedule; it goes on.', {
      workflowId,
      runId,
      scheduleId,
      reason: reasonOf(error),
    });
  }
}

/** When a schedule started its newest run, and which it is. */
export async function lastScheduleRun(mastra: AnyMastra, scheduleId: string): Promise<object> {
  const [last] = (await (await schedulesOf(mastra))?.listTriggers(scheduleId, { limit: 1 })) ?? [];
  return last?.runId ? { lastFireAt: last.actualFireAt, lastRunId: last.runId } : {};
}

async function schedulesOf(mastra: AnyMastra) {
  return mastra.getStorage()?.getStore('schedules');
}
