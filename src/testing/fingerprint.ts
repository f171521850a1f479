/** A workflow's graph as far as running runs depend on it, and what a change of it does to them: by `mastra-inngest check`'s rules. */
import { Lock, type LockFile } from '../check/lock';
import { isHarmful, reportOf } from '../check/report';
import { withNested } from '../function/nested-workflows';
import type { AppWorkflow } from './workflows';

/** What `app.fingerprint()` gives: plain JSON, of the form of `mastra-inngest.lock.json`. */
export type WorkflowFingerprint = LockFile & { workflow: string };

export function fingerprintOfWorkflow(workflow: AppWorkflow): WorkflowFingerprint {
  const all = withNested([workflow as never]) as unknown as AppWorkflow[];
  const lock = Lock.of(new Map(all.map(one => [one.id, one])));
  return { workflow: workflow.id, ...lock.file };
}

/** What becomes of runs that began with the workflow of `before`, now that it is as in `now`. */
export function deployReport(
  now: WorkflowFingerprint,
  before: WorkflowFingerprint,
): { report: string; fits: boolean } {
  const old = Lock.from(before);
  const graphs = Lock.from(now).graphs();
  const findings = [...new Set([...old.ids, ...Object.keys(now.workflows)])].map(workflowId => ({
    workflowId,
    locked: old.compare(workflowId, graphs.get(workflowId)),
    runs: [],
  }));
  return { report: reportOf(findings), fits: !findings.some(isHarmful) };
}
