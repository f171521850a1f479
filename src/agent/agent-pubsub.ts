import { PubSub } from '@mastra/core/events';
import { runChannel } from '../realtime/channel';
import { isAtRest } from '../snapshot/snapshot';
import type { InngestWorkflow } from '../workflow/workflow';
import { HeardTries } from './call-tries';
import { ControlTopic } from './control-topic';
import { isLast } from './ending';
import { publishOutside } from './publish-outside';
import { agentEventOf, runEventOf } from './stream-event';
import { StreamSubscription, delivered } from './stream-subscription';
import { type AgentEvent, type Callback, type Delivered, runOfControl, runOfStream } from './topics';

/**
 * The pubsub of durable agents: topic `agent.stream.<runId>` is the story of the run, which any process can read from its beginning or from
 * an event on, and `agent.control.<runId>` a channel of its own. What a run tells is published by its ops (`StepPubSub`); here
 * the callers listen.
 */
export class AgentPubSub extends PubSub {
  private readonly subscriptions = new Map<string, Map<Callback, StreamSubscription>>();
  private readonly control: ControlTopic;

  constructor(
    private readonly workflow: () => InngestWorkflow,
    /** Called when the caller is done with a run's stream. */
    private readonly onCleared: (runId: string) => Promise<void>,
  ) {
    super();
    this.control = new ControlTopic(workflow);
  }

  /** An event has its number, counted from 0, in every process. */
  override get supportsOffsets(): boolean {
    return true;
  }

  /** What did not come from an op of the run. */
  override async publish(topic: string, event: AgentEvent): Promise<void> {
    if (runOfControl(topic) !== undefined) return this.control.publish(topic, event);
    const runId = runOfStream(topic);
    if (runId === undefined || isStart(event)) return;
    // The caller could not begin the run, or saw it fail: the others read the end from the store.
    const subscriptions = this.subscriptions.get(topic)?.values() ?? [];
    if (isLast(event)) for (const subscription of subscriptions) subscription.end(event);
    // A background task tells of itself after its op has ended.
    else await publishOutside(this.workflow(), runChannel(this.workflow().id, runId), runEventOf(event));
  }

  /** From now on. */
  override async subscribe(topic: string, callback: Callback): Promise<void> {
    if (runOfControl(topic) !== undefined) return this.control.subscribe(topic, callback);
    const { length } = await this.getHistory(topic);
    await this.subscribeFromOffset(topic, length, callback);
  }

  override async subscribeWithReplay(topic: string, callback: Callback): Promise<void> {
    await this.subscribeFromOffset(topic, 0, callback);
  }

  /** From event `offset` on, counted from 0. Resolves once events arrive. */
  override async subscribeFromOffset(topic: string, offset: number, callback: Callback): Promise<void> {
    const runId = runOfStream(topic);
    if (runId === undefined) return;
    const subscription = new StreamSubscription(runId, offset, callback, () => this.isAtRest(runId));
    const ofTopic = this.subscriptions.get(topic) ?? new Map<Callback, StreamSubscription>();
    this.subscriptions.set(topic, ofTopic.set(callback, subscription));
    subscription.opened(await this.workflow().watchedRun(runId).tellAll(subscription));
  }

  private async isAtRest(runId: string): Promise<boolean> {
    const stored = await this.workflow().getWorkflowRunById(runId);
    return !stored || isAtRest(stored.status);
  }

  override async unsubscribe(topic: string, callback: Callback): Promise<void> {
    if (runOfControl(topic) !== undefined) return this.control.unsubscribe(topic, callback);
    const ofTopic = this.subscriptions.get(topic);
    ofTopic?.get(callback)?.stop();
    ofTopic?.delete(callback);
    if (ofTopic?.size === 0) this.subscriptions.delete(topic);
  }

  /** What was told so far, from event `offset` on. */
  override async getHistory(topic: string, offset = 0): Promise<Delivered[]> {
    const runId = runOfStream(topic);
    if (runId === undefined) return [];
    const events = await this.workflow().watchedRun(runId).toldSoFar();
    const tries = new HeardTries();
    const told = events.flatMap(event => {
      const one = agentEventOf(runId, event);
      return one ? tries.told(one).flatMap(event => Array.from({ length: one.count }, () => event)) : [];
    });
    return told.map(delivered).slice(offset);
  }

  override async clearTopic(topic: string): Promise<void> {
    const runId = runOfStream(topic);
    if (runId !== undefined) await this.onCleared(runId);
  }

  override async flush(): Promise<void> {}
}

/** The caller's own word that the run begins. The run's first op tells it, for all processes. */
function isStart({ type, data }: AgentEvent): boolean {
  return type === 'chunk' && (data as { type?: string } | undefined)?.type === 'start';
}
