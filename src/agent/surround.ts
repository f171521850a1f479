import { DurableStepIds, globalRunRegistry } from '@mastra/core/agent/durable';
import type { PubSub } from '@mastra/core/events';
import { PUBSUB_SYMBOL } from '@mastra/core/workflows/_constants';
import type { AnyMastra } from '../core-types';
import { currentOperation } from '../engine/operations';
import type { RunEvent } from '../realtime/channel';
import { isRecord } from '../wire/json';
import { beginTry, nextTry } from './call-tries';
import type { CallParams, GraphPlace, Surround } from './graph';
import { withProvidersPause } from './model-errors';
import { TASKS } from './plan';
import { replaced } from './replaced';
import { type RunFacts, factsOf } from './run-facts';
import { StepPubSub } from './step-pubsub';
import { runEventOf } from './stream-event';
import { saveSurely } from './sure-memory';
import { type AgentEvent, streamTopic } from './topics';
import { withSchema } from './structured-output';
import { withTaskResults } from './task-results';
import { ensureEntry } from './worker-entry';

/** What core's calls of a run have around them. `agents`: where their callers listen. */
export function surroundFor(agents: PubSub): Surround {
  return async (place, params, call) => {
    const own = ownPubSubOf(params);
    const isModel = place.id === DurableStepIds.LLM_EXECUTION;
    const pubsub = own ? byOwnPubSub(params, own) : byOp(params, agents, isModel);
    // With a pubsub of its own, the caller's word reaches all listeners by itself.
    if (place.isFirst && !own) await tellStart(pubsub, factsOf(params));
    if (usesAgent(place)) {
      await ensureEntry(params);
      saveSurely(factsOf(params).runId);
    }
    const given = replaced(params, { ...(await othersFor(place, params)), [PUBSUB_SYMBOL]: pubsub });
    const made = async () => call(given);
    if (isModel) return withoutBody(await withProvidersPause(params, pubsub, made));
    if (place.id === DurableStepIds.TOOL_CALL) return withContextOfTools(params, made);
    return place.id === TASKS ? withTaskResults(params, await made()) : made();
  };
}

/** What core's code is given in place of what the engine gives it. */
async function othersFor({ id }: GraphPlace, params: CallParams): Promise<object> {
  const { inputData, mastra } = params;
  if (id === DurableStepIds.LLM_EXECUTION)
    return { inputData: await withTaskResults(params, withSchema(inputData)) };
  return id === DurableStepIds.TOOL_CALL ? { mastra: withoutTools(mastra as object) } : {};
}

/**
 * Tools are made with the context that the run was prepared with, where an op has a copy. What they set there (core's mark that a delegation
 * ends the run, too) is set in the op's, so that later ops have it.
 */
async function withContextOfTools<T>(params: CallParams, call: () => Promise<T>): Promise<T> {
  const prepared = globalRunRegistry.get(factsOf(params).runId)?.requestContext;
  const own = params.requestContext as typeof prepared;
  if (!prepared || !own || prepared === own) return call();
  const before = new Map(prepared.entries());
  const result = await call();
  for (const [key, value] of [...prepared.entries()]) {
    if (before.get(key) === value) continue;
    own.set(key, value);
    // Core's own marks are of this turn alone, and the caller may use its context for another run.
    if (String(key).startsWith('__mastra_')) prepared.set(key, before.get(key) ?? false);
  }
  return result;
}

/** The pubsub that the run's agent was given in place of Inngest realtime. */
function ownPubSubOf(params: CallParams): PubSub | undefined {
  const agents: object = (params.mastra as AnyMastra).listAgents();
  const { agentId } = factsOf(params);
  const all = Object.values(agents) as { id: string; ownPubSub?: PubSub }[];
  return all.find(({ id }) => id === agentId)?.ownPubSub;
}

/** What the run tells are events of the op: numbered, stored and sent as what a step writes. */
function byOp(params: CallParams, agents: PubSub, isModel: boolean): StepPubSub {
  const operation = currentOperation();
  if (operation && isModel) beginTry(operation);
  const { outputWriter } = params[PUBSUB_SYMBOL] as { outputWriter: (event: RunEvent) => Promise<void> };
  let hasSpoken = false;
  const write = async (event: AgentEvent) => {
    await outputWriter(runEventOf(event, nextTry(operation)));
    // Whoever waits for an answer sees its first word at once.
    if (!hasSpoken && isDelta(event)) operation?.sendNow();
    hasSpoken ||= isDelta(event);
  };
  return new StepPubSub(factsOf(params).runId, write, agents);
}

function isDelta({ type, data }: AgentEvent): boolean {
  return type === 'chunk' && String((data as { type?: string }).type).endsWith('-delta');
}

function byOwnPubSub(params: CallParams, own: PubSub): StepPubSub {
  const { runId } = factsOf(params);
  return new StepPubSub(runId, event => own.publish(streamTopic(runId), event), own);
}

/** The model, the tools or the memory of the agent are used there. */
function usesAgent({ id }: GraphPlace): boolean {
  return id === DurableStepIds.LLM_EXECUTION || id === DurableStepIds.TOOL_CALL || id === 'map-final-output';
}

/**
 * The Mastra without the tools that are registered with it: core looks there for a tool that the run's agent does not have, and would find
 * another agent's of the same name.
 */
function withoutTools(mastra: object): object {
  return replaced(mastra, { getTool: () => undefined, listTools: () => ({}) });
}

/** The chunk that core's caller publishes before it executes the run (source: @mastra/core, `DurableAgent.stream`). */
async function tellStart(pubsub: StepPubSub, { runId, agentId: id, messageId }: RunFacts): Promise<void> {
  const data = { type: 'start', runId, from: 'AGENT', payload: { id, messageId } };
  await pubsub.publish(streamTopic(runId), { type: 'chunk', runId, data });
}

/** The request that a provider was sent has all messages once more, and no later step reads it. */
function withoutBody(output: unknown): unknown {
  if (!isRecord(output)) return output;
  const parts = Object.entries(output).map(([key, part]) => {
    if (!isRecord(part) || !isRecord(part.request)) return [key, part] as const;
    const { body: _body, ...request } = part.request;
    return [key, { ...part, request }] as const;
  });
  return Object.fromEntries(parts);
}
