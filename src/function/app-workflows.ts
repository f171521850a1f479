import type { AnyMastra } from '../core-types';

/** An agent that brings workflows of its own. */
interface DurableAgentLike {
  getDurableWorkflows?(): AppWorkflow[];
}

export type AppWorkflow = ReturnType<AnyMastra['listWorkflows']>[string];

/**
 * All workflows of an app: the registered ones and those of its durable agents, which core keeps out of the list. Not by
 * `getWorkflow`: under the id that they share, it may have core's own.
 */
export function appWorkflows(mastra: AnyMastra): AppWorkflow[] {
  const agents: object = mastra.listAgents?.() ?? {};
  const ofAgents = Object.values(agents).flatMap(
    (agent: DurableAgentLike) => agent.getDurableWorkflows?.() ?? [],
  );
  return [...new Set([...Object.values(mastra.listWorkflows()), ...ofAgents])];
}
