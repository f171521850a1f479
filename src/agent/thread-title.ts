/**
 * The title of a run's thread, where the process that ends the run did not prepare it: core leaves it to a function of the caller's process
 * (source: @mastra/core, `RunRegistryEntry.generateThreadTitle`).
 */
import { type Agent, MessageList } from '@mastra/core/agent';
import type { MastraMemory } from '@mastra/core/memory';
import { RequestContext } from '@mastra/core/request-context';
import type { RunEntry } from './run-facts';

type GenerateTitle = NonNullable<RunEntry['generateThreadTitle']>;

/** Has the agent find a title for a thread that has none, where its memory says so (`generateTitle`). */
export function titleWith(agent: Agent, memory: MastraMemory): GenerateTitle {
  return async ({ threadId, resourceId, memoryConfig, messageListState, requestContext, tracingContext }) => {
    const { generateTitle } = memory.getMergedThreadConfig(memoryConfig);
    const {
      shouldGenerate,
      model,
      instructions,
      minMessages = 1,
    } = agent.resolveTitleGenerationConfig(generateTitle);
    const thread = shouldGenerate ? await memory.getThreadById({ threadId }) : null;
    if (!shouldGenerate || thread?.title) return;
    // Those of other threads that the memory had read have no say in it.
    const list = new MessageList().deserialize(messageListState);
    const said = agent.filterUiMessagesByThread(list, threadId, list.get.all.ui());
    const question = said.length < minMessages ? undefined : agent.getMostRecentUserMessage(said);
    if (!question) return;
    const context = requestContext ?? new RequestContext();
    const title = await agent.genTitle(
      question,
      context,
      { tracingContext } as never,
      model,
      instructions,
      said,
    );
    if (!title) return;
    if (thread)
      await memory.updateThread({ id: threadId, title, metadata: thread.metadata ?? {}, memoryConfig });
    else await memory.createThread({ threadId, resourceId, memoryConfig, title });
  };
}
