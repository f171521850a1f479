import { isNestable } from '../brand';
import type { AnyMastra } from '../core-types';
import { FinalError } from '../errors';
import { type RunIdentity, startedSnapshot } from '../snapshot/snapshot';
import { RunRecord } from '../snapshot/run-record';
import type { Ancestor } from '../wire/start-event';
import { appWorkflows } from './app-workflows';
import { nestedWorkflows } from './nested-workflows';
import { storeOf } from './stores';

/**
 * Does the first op's work for ancestors whose first op is this run's invoke. Inngest misses a parent's end that comes right
 * after this run's beginning, so the others are looked at: what is nested in a cancelled run does not begin.
 */
export async function claimAncestors(
  ancestors: readonly Ancestor[],
  mastra: AnyMastra,
  start: { inputData?: unknown; initialState?: unknown },
): Promise<void> {
  const store = storeOf(mastra);
  for (const [index, { first, unstored, owner, ...identity }] of ancestors.entries()) {
    const record = new RunRecord(store, identity);
    if (!first || unstored) {
      if ((await record.load())?.status === 'canceled') throw canceledRun(identity);
      continue;
    }
    const outcome = await record.claim(
      { owner, resourceId: identity.resourceId },
      startedSnapshot(identity.runId, startOf(ancestors.slice(index), start), {
        serializedStepGraph: graphOf(mastra, ancestors.slice(0, index + 1)),
      }),
    );
    if (outcome === 'canceled') throw canceledRun(identity);
  }
}

/** The graph of the last of these, each of which is nested in the one before; empty where the first belongs to another app. */
function graphOf(mastra: AnyMastra, [outermost, ...path]: readonly Ancestor[]): unknown[] {
  const all = (appWorkflows(mastra) as unknown[]).filter(isNestable);
  let found = all.find(({ id }) => id === outermost?.workflowId);
  for (const { workflowId } of path) {
    const inner = nestedWorkflows(found?.stepGraph ?? []);
    found = inner.find(({ id }) => id === workflowId);
  }
  return [...(found?.serializedStepGraph ?? [])];
}

/**
 * What an ancestor was started with. Nothing of it was executed, so what is nested in it has the same input and state, except
 * for an item of a foreach.
 */
function startOf(
  path: readonly Ancestor[],
  { inputData, initialState }: { inputData?: unknown; initialState?: unknown },
): { inputData?: unknown; initialState?: unknown } {
  return { inputData: path.every(({ emits }) => emits) ? inputData : undefined, initialState };
}

/** Ends an execution before anything of it happens: somebody cancelled the run. */
export function canceledRun({ workflowId, runId }: RunIdentity): FinalError {
  return new FinalError(
    'RUN_CANCELED',
    `Run ${runId} of workflow ${workflowId} was cancelled before it began.`,
    {
      workflowId,
      runId,
    },
  );
}
