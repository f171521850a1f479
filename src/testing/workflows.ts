/** The workflows of an app and their steps, found by what a test names them with. */
import type { StepFlowEntry } from '@mastra/core/workflows';
import type { AnyMastra } from '../core-types';
import { MastraInngestError } from '../errors';
import { withNested } from '../function/nested-workflows';
import type { InngestRun } from '../run/run';
import { type ServableWorkflow, isServable } from '../workflow/workflow';

/** A workflow of the app, as the kit uses it. */
export type AppWorkflow = ServableWorkflow & {
  createRun(options: { runId?: string; resourceId?: string; disableScorers?: boolean }): Promise<InngestRun>;
};

/** How a test names a step, an agent or a tool: by itself, or by its id. */
export type StepTarget = string | { readonly id: string };

interface Leaf {
  type: string;
  id?: string;
  step?: { id: string; stepGraph?: readonly StepFlowEntry[] };
  steps?: Leaf[];
  agentId?: string;
  toolId?: string;
  classifierId?: string;
}

export class AppWorkflows {
  readonly all: readonly AppWorkflow[];

  constructor(mastra: AnyMastra) {
    this.keys = mastra.listWorkflows();
    const served = Object.values(this.keys).filter(isServable);
    this.all = withNested(served as never) as unknown as AppWorkflow[];
  }

  private readonly keys: Record<string, unknown>;

  /** By itself, its id, or the key under which Mastra has it. @throws MastraInngestError `NOT_IN_APP` */
  find(target: StepTarget): AppWorkflow {
    const id = idOf(target);
    const found = this.all.find(one => one === target || one.id === id) ?? this.keys[id];
    if (found !== undefined && this.all.includes(found as AppWorkflow)) return found as AppWorkflow;
    throw notInApp(`workflow "${id}"`, `Its workflows are: ${listed(this.all.map(one => one.id))}`);
  }

  /**
   * The ids under which workflows have a step: an agent's or a tool's step may have another one.
   * @throws MastraInngestError `NOT_IN_APP`
   */
  stepIds(target: StepTarget, workflow?: AppWorkflow): string[] {
    const wanted = idOf(target);
    const places = workflow ? [workflow] : this.all;
    const leaves = places.flatMap(({ stepGraph }) => leavesOf(stepGraph as readonly Leaf[]));
    const ids = leaves.filter(leaf => namesOf(leaf).includes(wanted)).map(stepId);
    if (ids.length > 0) return [...new Set(ids)];
    const known = [...new Set(leaves.map(stepId))];
    const where = workflow ? `workflow "${workflow.id}"` : 'any workflow';
    throw notInApp(`step "${wanted}" in ${where}`, `Steps are: ${listed(known)}`);
  }
}

function leavesOf(entries: readonly Leaf[]): Leaf[] {
  return entries.flatMap(entry => {
    if (entry.steps) return leavesOf(entry.steps);
    if (entry.type === 'loop' || entry.type === 'foreach')
      return entry.step ? leavesOf([entry.step as never]) : [];
    return entry.type === 'sleep' || entry.type === 'sleepUntil' ? [] : [entry];
  });
}

const stepId = (leaf: Leaf): string => leaf.step?.id ?? leaf.id ?? '';

function namesOf(leaf: Leaf): (string | undefined)[] {
  return [stepId(leaf), leaf.agentId, leaf.toolId, leaf.classifierId];
}

function idOf(target: StepTarget): string {
  const id: unknown = typeof target === 'string' ? target : target?.id;
  if (typeof id === 'string' && id !== '') return id;
  throw new MastraInngestError(
    'INVALID_ARGUMENTS',
    'A workflow or a step is named by itself or by its id; this is neither.',
  );
}

function notInApp(what: string, help: string): MastraInngestError {
  return new MastraInngestError('NOT_IN_APP', `The test app has no ${what}. ${help}.`);
}

const listed = (ids: readonly string[]): string => ids.map(id => `"${id}"`).join(', ') || 'none';
