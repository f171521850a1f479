import type { StepFlowEntry } from '@mastra/core/workflows';
import { type NestableWorkflow, isNestable } from '../brand';
import { isInlined } from '../engine/plan';

/** The steps of a graph as they were passed to `.then()`, `.parallel()` and kin; mappings, agents and sleeps are none. */
function stepsOf(graph: readonly StepFlowEntry<never>[]): unknown[] {
  return graph.flatMap(entry => {
    if (entry.type === 'parallel' || entry.type === 'conditional') return stepsOf(entry.steps);
    if (entry.type === 'loop' || entry.type === 'foreach') return stepsOf([entry.step]);
    return entry.type === 'step' ? [entry.step] : [];
  });
}

/** These workflows and those of this package that are nested in them, at any depth, each once. */
export function withNested<T extends { stepGraph: readonly StepFlowEntry[] }>(
  workflows: readonly T[],
): (T | NestableWorkflow)[] {
  const nested = workflows.flatMap(({ stepGraph }) => withNested(nestedWorkflows(stepGraph)));
  return [...new Set([...workflows, ...nested])];
}

/** The workflows of this package that are steps of a graph, also of core workflows in it, each once. */
export function nestedWorkflows(graph: readonly StepFlowEntry<never>[]): NestableWorkflow[] {
  const found = stepsOf(graph).flatMap(step => {
    if (isNestable(step)) return isInlined(step) ? nestedWorkflows(step.stepGraph) : [step];
    const inner = (step as { stepGraph?: unknown }).stepGraph;
    return Array.isArray(inner) ? nestedWorkflows(inner as StepFlowEntry[]) : [];
  });
  return [...new Set(found)];
}
