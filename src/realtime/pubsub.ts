import { PubSub } from '@mastra/core/events';
import type { InngestPort } from '../sdk/port';
import { type PublishedEvent, type RunEvent, eventsTopic, runChannel } from './channel';
import { ProgressCounts } from './progress';
import { type Subscription, subscribe } from './subscription';
import { unref } from '../unref';

type Callback = Parameters<PubSub['subscribe']>[1];
type CoreEvent = Parameters<Callback>[0];

const RUN_TOPIC = /^workflow\.events\.v2\.(.+)$/;

/** The id of the run whose events a topic of core's has; undefined for any other topic. */
export function runOfTopic(topic: string): string | undefined {
  return RUN_TOPIC.exec(topic)?.[1];
}

/** Before a subscription that failed is tried again, in milliseconds; doubles up to the longest. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** Follows a run's channel: gets every message as it was published, doubles included. */
export interface RunFollower {
  receive(event: PublishedEvent): void;
  /** Messages are missed from now on. */
  interrupted(): void;
  /** Messages arrive again. */
  resumed(): void;
}

interface TopicListeners {
  callbacks: Set<Callback>;
  followers: Set<RunFollower>;
  opened: Promise<Subscription | undefined>;
  /** Ids of events that were delivered: a re-executed op publishes its events again (I9). */
  seen: Set<string>;
  progress: ProgressCounts;
}

/**
 * Core's pubsub over Inngest realtime: the events of one workflow's runs, on the channel `workflow:<id>:<runId>`.
 * Only topics of runs exist here; subscribing to any other is accepted and stays silent.
 */
export class RealtimePubSub extends PubSub {
  private readonly topics = new Map<string, TopicListeners>();

  constructor(
    private readonly port: InngestPort,
    private readonly workflowId: string,
    private readonly onUnavailable: (error: unknown) => void = () => {},
  ) {
    super();
  }

  /** Delivers to this process only: core's older streams publish their own beginning and end so. */
  override async publish(topic: string, event: Omit<CoreEvent, 'id' | 'createdAt'>): Promise<void> {
    const runId = runOfTopic(topic);
    const listeners = this.topics.get(topic);
    const data = event.data as RunEvent;
    if (runId && listeners) deliver(runId, listeners, { ...data, mastraEventId: '' });
  }

  /** Resolves once the events arrive; also when realtime can't be reached (`onUnavailable` is told then). */
  override async subscribe(topic: string, callback: Callback): Promise<void> {
    const runId = runOfTopic(topic);
    if (!runId) return;
    const listeners = this.listeners(topic, runId);
    listeners.callbacks.add(callback);
    await listeners.opened;
  }

  override async unsubscribe(topic: string, callback: Callback): Promise<void> {
    const listeners = this.topics.get(topic);
    listeners?.callbacks.delete(callback);
    await this.leave(topic);
  }

  /** Follows a run's channel; `ready()` resolves once its events arrive. Returns a function that stops it. */
  follow(runId: string, follower: RunFollower): () => void {
    const topic = eventsTopic(runId);
    const { followers } = this.listeners(topic, runId);
    followers.add(follower);
    return () => {
      followers.delete(follower);
      void this.leave(topic);
    };
  }

  private listeners(topic: string, runId: string): TopicListeners {
    const known = this.topics.get(topic);
    if (known) return known;
    const listeners: TopicListeners = {
      callbacks: new Set(),
      followers: new Set(),
      opened: Promise.resolve(undefined),
      seen: new Set(),
      progress: new ProgressCounts(),
    };
    this.topics.set(topic, listeners);
    listeners.opened = this.open(runId, listeners);
    return listeners;
  }

  private async open(runId: string, listeners: TopicListeners): Promise<Subscription | undefined> {
    try {
      return await this.subscribeTo(runId, listeners);
    } catch (error) {
      this.onUnavailable(error);
      this.openLater(runId, listeners, FIRST_PAUSE);
      return undefined;
    }
  }

  private subscribeTo(runId: string, listeners: TopicListeners): Promise<Subscription> {
    return subscribe(this.port, runChannel(this.workflowId, runId), {
      onEvent: event => deliver(runId, listeners, event),
      onDrop: () => listeners.followers.forEach(follower => follower.interrupted()),
      onReconnect: () => listeners.followers.forEach(follower => follower.resumed()),
    });
  }

  /** Realtime may come back, or the machine was too busy to confirm the subscription. Nobody waits for this. */
  private openLater(runId: string, listeners: TopicListeners, pause: number): void {
    const isLeft = () => this.topics.get(eventsTopic(runId)) !== listeners;
    const open = async () => {
      if (isLeft()) return;
      const subscription = await this.subscribeTo(runId, listeners);
      if (isLeft()) return subscription.close();
      listeners.opened = Promise.resolve(subscription);
      for (const follower of listeners.followers) {
        follower.interrupted();
        follower.resumed();
      }
    };
    const later = () => this.openLater(runId, listeners, Math.min(pause * 2, LONGEST_PAUSE));
    unref(setTimeout(() => void open().catch(later), pause));
  }

  /** The last one who leaves closes the subscription. */
  private async leave(topic: string): Promise<void> {
    const listeners = this.topics.get(topic);
    if (!listeners || listeners.callbacks.size + listeners.followers.size > 0) return;
    this.topics.delete(topic);
    (await listeners.opened)?.close();
  }

  /** Resolves when every subscription asked for so far is open, or known to be impossible. */
  async ready(): Promise<void> {
    await Promise.all([...this.topics.values()].map(listeners => listeners.opened));
  }

  override async flush(): Promise<void> {}

  /** Closes every subscription. */
  async close(): Promise<void> {
    const opened = [...this.topics.values()].map(listeners => listeners.opened);
    this.topics.clear();
    for (const subscription of await Promise.all(opened)) subscription?.close();
  }
}

function deliver(runId: string, listeners: TopicListeners, published: PublishedEvent): void {
  for (const follower of listeners.followers) follower.receive(published);
  const { mastraEventId: id, mastraLeg: leg, mastraPosition: _position, ...event } = published;
  if (id && listeners.seen.has(id)) return;
  if (id) listeners.seen.add(id);
  const data = listeners.progress.count(event);
  const received = { id, type: 'watch', runId, createdAt: new Date(), data, leg } as CoreEvent;
  // A listener that throws is the listener's business, and must not end the process.
  for (const callback of listeners.callbacks) void (async () => callback(received))().catch(() => {});
}
