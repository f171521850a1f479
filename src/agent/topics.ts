/** The topics of a durable agent's run (source: @mastra/core/agent/durable, `AGENT_STREAM_TOPIC`, `AGENT_CONTROL_TOPIC`). */
import type { PubSub } from '@mastra/core/events';

export type Callback = Parameters<PubSub['subscribe']>[1];
export type AgentEvent = Parameters<PubSub['publish']>[1];
export type Delivered = Parameters<Callback>[0];

const STREAM = 'agent.stream.';
const CONTROL = 'agent.control.';

/** The topic of a run's stream. */
export function streamTopic(runId: string): string {
  return `${STREAM}${runId}`;
}

/** The id of the run whose stream the topic is; undefined for any other topic. */
export function runOfStream(topic: string): string | undefined {
  return topic.startsWith(STREAM) ? topic.slice(STREAM.length) : undefined;
}

/** The id of the run that the topic controls; undefined for any other topic. */
export function runOfControl(topic: string): string | undefined {
  return topic.startsWith(CONTROL) ? topic.slice(CONTROL.length) : undefined;
}
