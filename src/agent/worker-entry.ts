import type { Agent } from '@mastra/core/agent';
import { globalRunRegistry, resolveRuntimeDependencies } from '@mastra/core/agent/durable';
import type { AnyMastra } from '../core-types';
import { FinalError } from '../errors';
import { isRecord } from '../wire/json';
import { defaultClosures } from './closures';
import type { CallParams } from './graph';
import { type RunEntry, type RunFacts, factsOf } from './run-facts';
import { titleWith } from './thread-title';

/** What is read of an agent to make the entry of one of its runs. */
interface AgentParts {
  /** The agent that was made durable. */
  agent: Agent;
  name: string;
  onMissingClosures?: 'warn' | 'fail';
  getDefaultOptions(options: object): Promise<object | undefined> | object | undefined;
  getBackgroundTasksConfig?(): RunEntry['backgroundTasksConfig'];
  getToolPayloadTransform?(): RunEntry['toolPayloadTransform'];
  __getGoalConfig?(): RunEntry['goal'];
  __getDrainPendingSignals?(): (runId: string, scope?: string) => never[];
}

/**
 * Makes sure that this process has what it needs of a run that another process prepared, or this one before it was started anew: all that
 * the run's own agent says. So no tool is ever looked for elsewhere.
 * @throws FinalError `AGENT_NOT_FOUND`, `CLOSURES_MISSING`
 */
export async function ensureEntry(params: CallParams): Promise<void> {
  const facts = factsOf(params);
  const known = globalRunRegistry.get(facts.runId);
  if (known?.model && known.isPlaceholder !== true) return;
  const mastra = params.mastra as AnyMastra;
  const agent = agentOf(mastra, facts);
  const state = latestMessages(params) ?? facts.messageListState;
  const { messageList, tools } = await resolveRuntimeDependencies({
    mastra,
    runId: facts.runId,
    agentId: facts.agentId,
    input: { ...facts, messageListState: state } as never,
    requestContext: params.requestContext as never,
    logger: mastra.getLogger(),
  });
  noteClosures(mastra, agent, facts, Object.keys(tools));
  const entry = globalRunRegistry.get(facts.runId);
  if (!entry) return;
  Object.assign(entry, await partsOf(mastra, agent, facts, params), { messageList });
  if (entry.memory) entry.generateThreadTitle = titleWith(agent.agent, entry.memory);
}

function agentOf(mastra: AnyMastra, { agentId, runId }: RunFacts): AgentParts {
  try {
    return mastra.getAgentById(agentId) as unknown as AgentParts;
  } catch (cause) {
    throw new FinalError(
      'AGENT_NOT_FOUND',
      `Run ${runId} is of agent ${agentId}, which the Mastra that executes it does not have. Register the agent there, too: ` +
        'new Mastra({ agents: { … } }).',
      { runId },
      { cause },
    );
  }
}

/** What core keeps of a run where it recovers one (source: @mastra/core, `DurableAgent.recover`), and the agent's own functions. */
async function partsOf(
  mastra: AnyMastra,
  agent: AgentParts,
  { runId, options, iterationCount = 0 }: RunFacts,
  { requestContext }: CallParams,
): Promise<Partial<RunEntry>> {
  const hasTasks =
    !options.disableBackgroundTasks && options.backgroundTaskPolicy?.allowToolDispatch !== false;
  const defaults = (await agent.getDefaultOptions({ requestContext })) ?? {};
  return {
    ...(defaultClosures(defaults) as Partial<RunEntry>),
    mastra,
    requestContext: requestContext as RunEntry['requestContext'],
    backgroundTaskManager: hasTasks ? mastra.backgroundTaskManager : undefined,
    backgroundTasksConfig: agent.getBackgroundTasksConfig?.(),
    toolPayloadTransform: agent.getToolPayloadTransform?.(),
    goal: agent.__getGoalConfig?.(),
    drainPendingSignals: scope => agent.__getDrainPendingSignals?.()(runId, scope) ?? [],
    tripwire: iterationCount === 0 ? options.mastraInngest?.tripwire : undefined,
  };
}

/** The messages after the turn's model call, where that is over. */
function latestMessages({ getStepResult }: CallParams): object | undefined {
  const result = (getStepResult as (id: string) => unknown)('durable-llm-execution');
  return isRecord(result) ? (result.messageListState as object) : undefined;
}

/** Runs that were told of here. */
const noted = new Set<string>();

/** What the caller gave the run lives in its process alone: the run goes on without it, or not at all. */
function noteClosures(mastra: AnyMastra, agent: AgentParts, facts: RunFacts, tools: readonly string[]): void {
  const { runId, agentId, options, toolsMetadata } = facts;
  const missingTools = toolsMetadata
    .filter(({ name }) => !tools.includes(name))
    .map(({ name }) => `tool ${name}`);
  const closures = [...(options.mastraInngest?.closures ?? []), ...missingTools];
  if (closures.length === 0) return;
  const text =
    `Run ${runId} of agent ${agentId} was given ${closures.join(', ')} by its caller, whose process is another one (or was started anew), ` +
    'so it has to do without. Give them to the agent itself (`defaultOptions`, `tools`), which every process has.';
  if (agent.onMissingClosures === 'fail') throw new FinalError('CLOSURES_MISSING', text, { runId });
  if (noted.has(runId)) return;
  noted.add(runId);
  mastra.getLogger()?.warn(text, { runId, agentId, closures });
}
