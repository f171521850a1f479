import type { ToolsInput } from '@mastra/core/agent';
import { isDurable } from '../brand';
import { type CreateInngestAgentOptions, InngestAgent } from './inngest-agent';

/**
 * Makes an agent durable: its runs are executed on Inngest, one remembered op for a model call and one for a tool call, so they survive
 * crashes, deploys and days of waiting for a person. Everything else is as core's durable agent has it (Mastra's documentation,
 * "createInngestAgent"). Register it with Mastra; `serve` finds it there.
 * @param options The agent, the client, and what holds for its runs. Inngest's function options hold for all agents of the client.
 * @returns An agent for `new Mastra({ agents })`, with the methods of core's `DurableAgent`.
 * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`, `INVALID_AGENT_OPTION`,
 * `INVALID_WORKFLOW_OPTION`
 * @example
 * const durable = createInngestAgent({ agent, inngest });
 * const mastra = new Mastra({ agents: { durable } });
 * const { output } = await durable.stream('Hello!');
 */
export function createInngestAgent<
  TAgentId extends string = string,
  TTools extends ToolsInput = ToolsInput,
  TOutput = undefined,
>(options: CreateInngestAgentOptions<TAgentId, TTools, TOutput>): InngestAgent<TAgentId, TTools, TOutput> {
  return new InngestAgent(options);
}

/**
 * True for an agent that `createInngestAgent` made, in any loaded copy of this package.
 * @example
 * if (isInngestAgent(agent)) await agent.observe(runId);
 */
export function isInngestAgent(value: unknown): value is InngestAgent {
  return isDurable(value);
}
