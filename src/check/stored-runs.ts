/** The runs in an app's store that have not ended, and what becomes of them under this version. */
import type { AnyMastra } from '../core-types';
import { GraphChange, type Outlook } from '../engine/graph-change';
import { misfitOf } from '../function/graph-fit';
import { storeOf } from '../function/stores';
import { RunRecord } from '../snapshot/run-record';
import { type Snapshot, isTerminal, type Status } from '../snapshot/snapshot';
import type { ServedWorkflow } from './served-workflows';

/** A run that a deploy meets. */
export interface MetRun {
  runId: string;
  status: Status;
  outlook: Outlook;
}

const OPEN: readonly Status[] = ['pending', 'running', 'waiting', 'suspended', 'paused'];
const PAGE = 100;

/** The store's list of runs. */
interface RunList {
  listWorkflowRuns(args: object): Promise<{ runs: { runId: string; snapshot: unknown }[]; total: number }>;
}

/** The open runs of a workflow; `graph` is undefined where this version has no such workflow. */
export async function metRuns(
  mastra: AnyMastra,
  workflowId: string,
  workflow: ServedWorkflow | undefined,
): Promise<MetRun[]> {
  const store = (await mastra.getStorage()?.getStore('workflows')) as RunList | undefined;
  if (!store) return [];
  const found: MetRun[] = [];
  for (const status of OPEN) {
    for (let page = 0; ; page++) {
      const args = { workflowName: workflowId, status, page, perPage: PAGE };
      const { runs, total } = await store.listWorkflowRuns(args);
      for (const { runId, snapshot } of runs) {
        const row = (typeof snapshot === 'string' ? JSON.parse(snapshot) : snapshot) as Snapshot;
        if (isTerminal(row.status)) continue;
        const record = new RunRecord(storeOf(mastra), { workflowId, runId });
        const outlook = await outlookOf(row, record, workflow?.serializedStepGraph);
        found.push({ runId, status: row.status, outlook });
      }
      if (runs.length === 0 || (page + 1) * PAGE >= total) break;
    }
  }
  return found;
}

const FITS: Outlook = { misfits: [], repeats: [], runs: [], skips: [] };

/**
 * What a run will do under this version's graph, by the same rules as the execution.
 * @param graph as core serializes it; undefined where this version has no such workflow
 */
export async function outlookOf(
  row: Snapshot,
  record: RunRecord,
  graph: readonly unknown[] | undefined,
): Promise<Outlook> {
  if (!graph) return { ...FITS, misfits: [{ stepId: '', why: 'this version has no such workflow' }] };
  if (row.status === 'suspended') return suspendedOutlook(row, record, graph);
  const executes = row.status === 'running' || row.status === 'waiting';
  // A run that has not begun begins with this version. One that was executed step by step is continued by time travel only.
  if (!executes) return FITS;
  const change = GraphChange.between(row.inngest?.graph ?? row.serializedStepGraph, graph);
  return change?.replayed(row.context, legOf(row)) ?? FITS;
}

async function suspendedOutlook(
  row: Snapshot,
  record: RunRecord,
  graph: readonly unknown[],
): Promise<Outlook> {
  const change = GraphChange.between(row.serializedStepGraph, graph);
  const outlooks = await Promise.all(
    Object.entries(row.suspendedPaths).map(async ([stepId, path]): Promise<Outlook> => {
      const misfit = await misfitOf({ record, graph }, row, [stepId]);
      if (misfit) return { ...FITS, misfits: [misfit] };
      return change?.continued(stepId, path, row.context) ?? FITS;
    }),
  );
  return {
    misfits: outlooks.flatMap(({ misfits }) => misfits),
    repeats: outlooks[0]?.repeats ?? [],
    runs: outlooks[0]?.runs ?? [],
    skips: outlooks[0]?.skips ?? [],
  };
}

/** Where a later leg began: the row still has the place in which the run was suspended. */
function legOf({ inngest, suspendedPaths }: Snapshot): { stepId: string; path?: number[] } | undefined {
  const [first] = Object.entries(suspendedPaths);
  if (!inngest?.leg || !first) return undefined;
  const [stepId, path] = first;
  // Paths in the row are those of its own graph.
  return { stepId, path: inngest.graph ? inngest.begins : path };
}
