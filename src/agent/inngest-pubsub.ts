import { InngestPubSub as WorkflowPubSub } from '../realtime/inngest-pubsub';
import type { PublishFunction } from '../realtime/inngest-pubsub';
import type { InngestClient } from '../sdk/client';
import { agenticWorkflowOf } from './agentic-workflow';
import type { AgentPubSub } from './agent-pubsub';
import { runOfControl, runOfStream } from './topics';

/**
 * Core's `PubSub` over Inngest realtime, for the events of one workflow's runs and of durable agents: topic
 * `workflow.events.v2.<runId>` is the topic `watch` of the channel `workflow:<workflowId>:<runId>`, topic `agent.stream.<runId>` the story
 * of an agent's run. Runs and agents need none: they follow themselves.
 * @example
 * const pubsub = new InngestPubSub(inngest, 'report');
 * await pubsub.subscribe(`workflow.events.v2.${runId}`, event => console.log(event.data));
 */
export class InngestPubSub extends WorkflowPubSub {
  private readonly agents: () => AgentPubSub;

  /**
   * @param workflowId whose runs these are; agents need none
   * @param publishFn what sends the messages of a workflow; the client, if you don't say
   * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`
   */
  constructor(inngest: InngestClient, workflowId?: string, publishFn?: PublishFunction) {
    super(inngest, workflowId, publishFn);
    this.agents = () => agenticWorkflowOf(inngest).pubsub;
  }

  override async publish(...[topic, event]: Parameters<WorkflowPubSub['publish']>): Promise<void> {
    return isOfAgent(topic) ? this.agents().publish(topic, event) : super.publish(topic, event);
  }

  /** Resolves once events arrive. */
  override async subscribe(...[topic, callback]: Parameters<WorkflowPubSub['subscribe']>): Promise<void> {
    return isOfAgent(topic) ? this.agents().subscribe(topic, callback) : super.subscribe(topic, callback);
  }

  override async unsubscribe(...[topic, callback]: Parameters<WorkflowPubSub['unsubscribe']>): Promise<void> {
    return isOfAgent(topic) ? this.agents().unsubscribe(topic, callback) : super.unsubscribe(topic, callback);
  }

  /** An agent's events from its first on. */
  override async subscribeWithReplay(
    ...[topic, callback]: Parameters<WorkflowPubSub['subscribe']>
  ): Promise<void> {
    return isOfAgent(topic)
      ? this.agents().subscribeWithReplay(topic, callback)
      : super.subscribeWithReplay(topic, callback);
  }
}

function isOfAgent(topic: string): boolean {
  return runOfStream(topic) !== undefined || runOfControl(topic) !== undefined;
}
