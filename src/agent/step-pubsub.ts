import { PubSub } from '@mastra/core/events';
import type { RunEvent } from '../realtime/channel';
import { type CallTry, runEventOf } from './stream-event';
import { type AgentEvent, type Callback, runOfStream } from './topics';

/** Writes what a step writes: numbered, stored and sent as the events of the step's op are. */
export type OpWriter = (event: RunEvent) => Promise<void>;

/** The pubsub that core's code gets inside an op of an agent's run. */
export class StepPubSub extends PubSub {
  constructor(
    private readonly runId: string,
    private readonly write: OpWriter,
    private readonly agents: PubSub,
    /** Numbers the events of the op, where it calls a model. */
    private readonly nextTry: () => CallTry | undefined,
  ) {
    super();
  }

  override async publish(topic: string, event: AgentEvent): Promise<void> {
    if (runOfStream(topic) === this.runId) await this.write(runEventOf(event, this.nextTry()));
    else await this.agents.publish(topic, event);
  }

  override subscribe(topic: string, callback: Callback): Promise<void> {
    return this.agents.subscribe(topic, callback);
  }

  override unsubscribe(topic: string, callback: Callback): Promise<void> {
    return this.agents.unsubscribe(topic, callback);
  }

  override async flush(): Promise<void> {}
}
