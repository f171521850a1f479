import { PUBSUB_SYMBOL } from '@mastra/core/workflows/_constants';
import type { AgentPubSub } from './agent-pubsub';
import type { CallParams, Surround } from './graph';
import { type OpWriter, StepPubSub } from './step-pubsub';

/** What of a run's input stands in the state of every turn, too. */
interface RunFacts {
  runId: string;
  agentId: string;
  messageId: string;
}

/** What core's calls of a run have around them. */
export function surroundFor(agents: AgentPubSub): Surround {
  return async ({ isFirst }, params, call) => {
    const run = factsOf(params);
    const pubsub = new StepPubSub(run.runId, writerOf(params), agents);
    if (isFirst) await tellStart(pubsub, run);
    return call(withPubSub(params, pubsub));
  };
}

function factsOf(params: CallParams): RunFacts {
  return (params.getInitData as () => RunFacts)();
}

/** The engine's pubsub in an op writes what its step writes. */
function writerOf(params: CallParams): OpWriter {
  return (params[PUBSUB_SYMBOL] as { outputWriter: OpWriter }).outputWriter;
}

/** Not a copy: core's own params tell of the use of old names. */
function withPubSub(params: CallParams, pubsub: StepPubSub): CallParams {
  return new Proxy(params, {
    get: (target, key) =>
      key === PUBSUB_SYMBOL ? pubsub : Reflect.get<CallParams, PropertyKey>(target, key),
  });
}

/** The chunk that core's caller publishes before it executes the run (source: @mastra/core, `DurableAgent.stream`). */
async function tellStart(pubsub: StepPubSub, { runId, agentId: id, messageId }: RunFacts): Promise<void> {
  const data = { type: 'start', runId, from: 'AGENT', payload: { id, messageId } };
  await pubsub.publish(`agent.stream.${runId}`, { type: 'chunk', runId, data });
}
