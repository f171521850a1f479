import { DurableStepIds } from '@mastra/core/agent/durable';
import { PUBSUB_SYMBOL } from '@mastra/core/workflows/_constants';
import type { PubSub } from '@mastra/core/events';
import type { CallParams, GraphPlace, Surround } from './graph';
import { type RunFacts, factsOf } from './run-facts';
import { withProvidersPause } from './model-errors';
import { type OpWriter, StepPubSub } from './step-pubsub';
import { ensureEntry } from './worker-entry';
import { beginTry, nextTry } from './call-tries';
import { currentOperation } from '../engine/operations';

/** What core's calls of a run have around them. `agents`: where their callers listen. */
export function surroundFor(agents: PubSub): Surround {
  return async (place, params, call) => {
    const run = factsOf(params);
    const operation = currentOperation();
    if (operation && place.id === DurableStepIds.LLM_EXECUTION) beginTry(operation);
    const pubsub = new StepPubSub(run.runId, writerOf(params), agents, () => nextTry(operation));
    if (place.isFirst) await tellStart(pubsub, run);
    if (usesAgent(place)) await ensureEntry(params);
    const others =
      place.id === DurableStepIds.TOOL_CALL ? { mastra: withoutTools(params.mastra as object) } : {};
    const given = replaced(params, { ...others, [PUBSUB_SYMBOL]: pubsub });
    if (place.id !== DurableStepIds.LLM_EXECUTION) return call(given);
    return withProvidersPause(params, pubsub, () => call(given));
  };
}

/** The model, the tools or the memory of the agent are used there. */
function usesAgent({ id }: GraphPlace): boolean {
  return id === DurableStepIds.LLM_EXECUTION || id === DurableStepIds.TOOL_CALL || id === 'map-final-output';
}

/** The engine's pubsub in an op writes what its step writes. */
function writerOf(params: CallParams): OpWriter {
  return (params[PUBSUB_SYMBOL] as { outputWriter: OpWriter }).outputWriter;
}

/**
 * The Mastra without the tools that are registered with it: core looks there for a tool that the run's agent does not have, and would find
 * another agent's of the same name.
 */
function withoutTools(mastra: object): object {
  return replaced(mastra as CallParams, { getTool: () => undefined, listTools: () => ({}) });
}

/** Not a copy: core's own params tell of the use of old names, and a Mastra has private fields. */
function replaced<T extends CallParams>(target: T, values: CallParams): T {
  return new Proxy(target, {
    get: (_target, key) => {
      if (key in values) return values[key];
      const value = Reflect.get<CallParams, PropertyKey>(target, key);
      return typeof value === 'function' && !(key in Object.prototype)
        ? (value.bind(target) as unknown)
        : value;
    },
  });
}

/** The chunk that core's caller publishes before it executes the run (source: @mastra/core, `DurableAgent.stream`). */
async function tellStart(pubsub: StepPubSub, { runId, agentId: id, messageId }: RunFacts): Promise<void> {
  const data = { type: 'start', runId, from: 'AGENT', payload: { id, messageId } };
  await pubsub.publish(`agent.stream.${runId}`, { type: 'chunk', runId, data });
}
