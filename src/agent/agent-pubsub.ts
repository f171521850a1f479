import { randomUUID } from 'node:crypto';
import { PubSub } from '@mastra/core/events';
import { runChannel } from '../realtime/channel';
import { streamImage } from '../realtime/image';
import { Publisher } from '../realtime/publisher';
import { wireOf } from '../realtime/wire';
import type { InngestWorkflow } from '../workflow/workflow';
import { ControlTopic } from './control-topic';
import { isLast, lastEventOf } from './ending';
import { agentEventOf, runEventOf } from './stream-event';
import { type AgentEvent, type Callback, type Delivered, runOfControl, runOfStream } from './topics';

/** One subscription to a run's stream. */
interface Follower {
  deliver(event: AgentEvent): void;
  stop(): void;
}

/**
 * The pubsub of durable agents: topic `agent.stream.<runId>` is the story of the run, which any process can read from its beginning or from
 * an event on, and `agent.control.<runId>` a channel of its own. What a run tells is published by its ops (`StepPubSub`); here
 * the callers listen.
 */
export class AgentPubSub extends PubSub {
  private readonly followers = new Map<string, Map<Callback, Follower>>();
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
    if (isLast(event))
      for (const follower of this.followers.get(topic)?.values() ?? []) follower.deliver(event);
    else await this.publishOutside(runId, event);
  }

  /** A background task tells of itself after its op has ended. */
  private async publishOutside(runId: string, event: AgentEvent): Promise<void> {
    const { port, id, mastra } = this.workflow();
    if (!mastra) return;
    const publisher = new Publisher(wireOf(port, mastra), `outside/${randomUUID()}`);
    publisher.publish(streamImage(runEventOf(event)), [{ channel: runChannel(id, runId), prefix: '' }]);
    await publisher.flush();
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
    const of = this.followers.get(topic) ?? new Map<Callback, Follower>();
    this.followers.set(topic, of);
    let index = 0;
    let isOver = false;
    const deliver = (event: AgentEvent, count = 1) => {
      const at = index;
      index += count;
      if (isOver || index <= offset) return;
      isOver = isLast(event);
      // A listener that throws is the listener's business.
      void (async () => callback(delivered(event, at)))().catch(() => {});
    };
    let stop = () => {
      isOver = true;
    };
    of.set(callback, { deliver, stop: () => stop() });
    const unfollow = await this.workflow()
      .watchedRun(runId)
      .tellAll({
        tell: event => {
          const told = agentEventOf(runId, event);
          if (told) deliver(told.event, told.count);
        },
        ended: ending => deliver(lastEventOf(runId, ending), isOver ? 1 : Math.max(1, offset + 1 - index)),
      });
    if (isOver && !of.has(callback)) return unfollow();
    stop = () => {
      isOver = true;
      unfollow();
    };
  }

  override async unsubscribe(topic: string, callback: Callback): Promise<void> {
    if (runOfControl(topic) !== undefined) return this.control.unsubscribe(topic, callback);
    const of = this.followers.get(topic);
    of?.get(callback)?.stop();
    of?.delete(callback);
    if (of?.size === 0) this.followers.delete(topic);
  }

  /** What was told so far, from event `offset` on. */
  override async getHistory(topic: string, offset = 0): Promise<Delivered[]> {
    const runId = runOfStream(topic);
    if (runId === undefined) return [];
    const events = await this.workflow().watchedRun(runId).toldSoFar();
    const told = events.flatMap(event => {
      const one = agentEventOf(runId, event);
      return one ? Array.from({ length: one.count }, () => one.event) : [];
    });
    return told.map(delivered).slice(offset);
  }

  override async clearTopic(topic: string): Promise<void> {
    const runId = runOfStream(topic);
    if (runId !== undefined) await this.onCleared(runId);
  }

  override async flush(): Promise<void> {}
}

function delivered(event: AgentEvent, index: number): Delivered {
  return { ...event, id: `${event.runId}#${index}`, index, createdAt: new Date() };
}

/** The caller's own word that the run begins. The run's first op tells it, for all processes. */
function isStart({ type, data }: AgentEvent): boolean {
  return type === 'chunk' && (data as { type?: string } | undefined)?.type === 'start';
}
