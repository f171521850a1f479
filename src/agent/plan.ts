import { DurableStepIds, globalRunRegistry } from '@mastra/core/agent/durable';
import type { AnyMastra, StepParams } from '../core-types';
import type { Plan } from '../engine/plan';
import { isRecord } from '../wire/json';
import type { RunEntry, RunFacts } from './run-facts';

/** Id of the step that decides at the end of a turn whether another one follows. */
export const DECISION = 'durable-loop-decision';
const GOAL = 'durable-goal';
/** Id of the step that waits for background tasks. */
export const TASKS = `${DurableStepIds.AGENTIC_EXECUTION}-bg-task-check`;

/**
 * How core's graph of an agent becomes ops: one for each call of the model and of a tool, and one for what comes after the last turn.
 * What core does between them takes a moment, and rides along, unless somebody has given it more to do. The mappings take parts of
 * what they are given, and tell nothing (`test/agent/plan`).
 */
export const AGENT_PLAN: Plan = {
  inlined: [DurableStepIds.AGENTIC_EXECUTION],
  pure: [
    'init-iteration-state',
    'map-to-llm-input',
    'extract-tool-calls',
    'collect-tool-results',
    'update-iteration-state',
  ],
  pureControl: [DurableStepIds.AGENTIC_EXECUTION, DurableStepIds.TOOL_CALL],
  joined: [
    DurableStepIds.LLM_MAPPING,
    TASKS,
    `${DurableStepIds.AGENTIC_EXECUTION}-signal-drain`,
    DurableStepIds.IS_TASK_COMPLETE,
    GOAL,
    DECISION,
    'execute-scorers',
  ],
  names: {
    [DurableStepIds.AGENTIC_EXECUTION]: 'turn',
    [DurableStepIds.LLM_EXECUTION]: 'model',
    [DurableStepIds.TOOL_CALL]: 'tool',
    [DurableStepIds.LLM_MAPPING]: 'tool results',
    [TASKS]: 'background tasks',
    [DurableStepIds.IS_TASK_COMPLETE]: 'is task complete',
    [GOAL]: 'goal',
    [DECISION]: 'decision',
  },
  isBusy,
};

/** What the run was given calls code of the user's, or waits. */
function isBusy(stepId: string, params: StepParams, mastra: AnyMastra): boolean {
  const { runId, agentId } = params.stepResults.input as unknown as RunFacts;
  const entry = globalRunRegistry.get(runId);
  switch (stepId) {
    case DurableStepIds.LLM_MAPPING:
      return showsResults(entry, params.prevOutput);
    case TASKS:
      return entry?.backgroundTaskManager !== undefined;
    case DurableStepIds.IS_TASK_COMPLETE:
      return Boolean(entry?.isTaskComplete?.scorers?.length);
    case GOAL:
      return Boolean(entry?.goal ?? goalOf(mastra, agentId));
    case DECISION:
      return Boolean(entry?.onIterationComplete ?? entry?.stopWhen);
    default:
      return false;
  }
}

/** A tool that was called makes of its result what the model is shown. */
function showsResults(entry: RunEntry | undefined, given: unknown): boolean {
  const results = isRecord(given) && Array.isArray(given.toolResults) ? (given.toolResults as unknown[]) : [];
  return results.some(result => {
    const tool: unknown = isRecord(result) ? entry?.tools?.[String(result.toolName)] : undefined;
    return isRecord(tool) && tool.toModelOutput !== undefined;
  });
}

function goalOf(mastra: AnyMastra, agentId: string): unknown {
  const agents = Object.values(mastra.listAgents()) as { id: string; __getGoalConfig?(): unknown }[];
  return agents.find(({ id }) => id === agentId)?.__getGoalConfig?.();
}
