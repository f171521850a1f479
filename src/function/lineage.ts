/** What a run is called, and where it is told of, seen from the runs that it is nested in. */
import { type StreamTarget, runChannel } from '../realtime/channel';
import type { Ancestor } from '../wire/start-event';

export interface RunName {
  workflowId: string;
  runId: string;
}

/**
 * The channels that a run's events go to: its own, then those of the runs it is nested in, where its step ids get the
 * path from there: `<child>.<step>`. A run inside a foreach is not shown in its parent's stream, as in core.
 */
export function streamTargets(run: RunName, ancestors: readonly Ancestor[]): StreamTarget[] {
  const own = { channel: runChannel(run.workflowId, run.runId), prefix: '' };
  const targets: StreamTarget[] = [ancestors.at(-1)?.emits ? { ...own, quiet: true } : own];
  let prefix = '';
  let inner = run.workflowId;
  for (const ancestor of [...ancestors].reverse()) {
    if (!ancestor.emits) break;
    prefix = `${inner}.${prefix}`;
    targets.push({ channel: runChannel(ancestor.workflowId, ancestor.runId), prefix });
    inner = ancestor.workflowId;
  }
  return targets;
}

/**
 * The run id that user code of a run is given: as in core a nested run has its parent's, and an item of a foreach begins
 * one of its own. Each is stored under an id of its own, for core's one row is overwritten where a workflow is nested twice.
 */
export function shownRunId({ runId }: { runId: string }, ancestors: readonly Ancestor[]): string {
  const runs = [...ancestors.map(ancestor => ancestor.runId), runId];
  return runs[ancestors.findLastIndex(({ isItem }) => isItem) + 1] ?? runId;
}
