import type { Outlook } from '../engine/graph-change';
import type { Locked } from './lock';
import type { MetRun } from './stored-runs';

/** What is known of one workflow. */
export interface Finding {
  workflowId: string;
  /** Missing where there is no lock file. */
  locked?: Locked;
  runs: MetRun[];
}

/** True where something is executed again, or can't go on. */
export function isHarmful({ locked, runs }: Finding): boolean {
  if (locked?.state === 'gone' || (locked?.state === 'changed' && harms(locked.outlook))) return true;
  return runs.some(({ outlook }) => harms(outlook));
}

function harms({ misfits, repeats }: Outlook): boolean {
  return misfits.length > 0 || repeats.length > 0;
}

const STATES = { same: 'unchanged', new: 'new, not in the lock file', gone: 'gone', changed: 'changed' };

/** The findings as text. */
export function reportOf(findings: readonly Finding[]): string {
  return findings.map(textOf).join('\n\n');
}

function textOf({ workflowId, locked, runs }: Finding): string {
  const state = locked ? STATES[locked.state] : 'not compared: there is no lock file';
  const lines = [`${workflowId}: ${state}`];
  if (locked?.state === 'gone') lines.push("  any run: can't go on: this version has no such workflow");
  if (locked?.state === 'changed')
    lines.push(...sentencesOf(locked.outlook).map(line => `  any run: ${line}`));
  for (const { runId, status, outlook } of runs) {
    lines.push(...sentencesOf(outlook).map(line => `  run ${runId} (${status}): ${line}`));
  }
  return lines.join('\n');
}

function sentencesOf({ misfits, repeats, runs, skips }: Outlook): string[] {
  if (misfits.length > 0)
    return misfits.map(({ stepId, why }) => `can't go on: ${stepId && `"${stepId}": `}${why}`);
  const sentences = [
    ...repeats.map(({ stepId, as }) => `repeats ${named(stepId)}${as === undefined ? '' : `, as "${as}"`}`),
    ...runs.map(id => `runs new step "${id}"`),
    ...skips.map(id => `does not run new step "${id}", which stands before its place`),
  ];
  return sentences.length > 0 ? sentences : ['goes on'];
}

function named(stepId: string): string {
  return stepId.startsWith('the ') ? stepId : `step "${stepId}"`;
}
