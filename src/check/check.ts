/** `mastra-inngest check`: whether the runs that are under way survive the deploy of this version. */
import { join } from 'node:path';
import { MastraInngestError, reasonOf } from '../errors';
import { loadApp } from './load-app';
import { Lock } from './lock';
import { type Finding, isHarmful, reportOf } from './report';
import { servedWorkflows } from './served-workflows';
import { metRuns } from './stored-runs';

export interface CheckOptions {
  /** Where the app and its lock file are. */
  folder: string;
  /** The file that exports the Mastra, from there; default as for `mastra dev`. */
  entry?: string;
  /** Also look at the runs in the app's store. */
  runs: boolean;
  /** Write the lock file anew. */
  write: boolean;
}

export interface CheckResult {
  report: string;
  /** Something is executed again, or can't go on. */
  isHarmful: boolean;
}

const LOCK = 'mastra-inngest.lock.json';

/** @throws MastraInngestError `APP_NOT_LOADED`, `INVALID_LOCK`, `RUNS_NOT_READ` */
export async function check({ folder, entry, runs, write }: CheckOptions): Promise<CheckResult> {
  const mastra = await loadApp(folder, entry);
  const path = join(folder, LOCK);
  const workflows = servedWorkflows(mastra);
  const lock = await Lock.read(path);
  const ids = [...new Set([...workflows.keys(), ...(lock?.ids ?? [])])].sort();
  const findings: Finding[] = [];
  for (const workflowId of ids) {
    const workflow = workflows.get(workflowId);
    const met = runs ? await readRuns(() => metRuns(mastra, workflowId, workflow)) : [];
    findings.push({ workflowId, locked: lock?.compare(workflowId, workflow), runs: met });
  }
  if (write) await Lock.of(workflows).write(path);
  const known = findings.length === 0 ? 'The app has no workflow of @mastra/inngest.' : reportOf(findings);
  const report = write ? `${known}\n\nWritten: ${LOCK}` : known;
  return { report, isHarmful: !write && findings.some(isHarmful) };
}

async function readRuns<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const text = `The runs in the app's store can't be read: ${reasonOf(error)}. Where it has none yet, or is out of reach, use --no-runs.`;
    throw new MastraInngestError('RUNS_NOT_READ', text, {}, { cause: error });
  }
}
