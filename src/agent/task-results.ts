import { MessageList } from '@mastra/core/agent';
import { globalRunRegistry } from '@mastra/core/agent/durable';
import type { CallParams } from './graph';
import { type RunEntry, factsOf } from './run-facts';
import { isRecord } from '../wire/json';

type Tasks = NonNullable<RunEntry['backgroundTaskManager']>;
type Task = Awaited<ReturnType<Tasks['listTasks']>>['tasks'][number];
type State = Parameters<MessageList['deserialize']>[0];

/** What the step of the model is given, and what the one that waits for background tasks gives. */
interface WithMessages {
  messageListState: State;
}

/**
 * The same value with the results of the run's tasks that are over. A task writes its result into the messages that its process holds, which in
 * core all steps share; here each op has its own, so the result is read from where tasks are stored.
 */
export async function withTaskResults(params: CallParams, value: unknown): Promise<unknown> {
  const { runId } = factsOf(params);
  const manager = globalRunRegistry.get(runId)?.backgroundTaskManager;
  if (!manager || !hasMessages(value)) return value;
  const { tasks } = await manager.listTasks({ runId, status: ['completed', 'failed'] });
  if (tasks.length === 0) return value;
  const messages = new MessageList().deserialize(value.messageListState);
  for (const task of tasks) writeResult(messages, task);
  return { ...value, messageListState: messages.serialize() };
}

function hasMessages(value: unknown): value is WithMessages {
  return isRecord(value) && isRecord(value.messageListState);
}

/** As core writes it (source: @mastra/core, the durable tool-call step). */
function writeResult(messages: MessageList, task: Task): void {
  const { id: taskId, toolCallId, toolName, args, startedAt, completedAt } = task;
  const outcome =
    task.status === 'failed'
      ? {
          state: 'output-error',
          errorText: `Background task failed: ${task.error?.message ?? 'Unknown error'}`,
        }
      : { state: 'result', result: task.result };
  messages.updateToolInvocation(
    { type: 'tool-invocation', toolInvocation: { ...outcome, toolCallId, toolName, args } as never },
    { mode: 'stream', backgroundTasks: { [toolCallId]: { startedAt, completedAt, taskId } } },
  );
}
