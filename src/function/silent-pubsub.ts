import { PubSub } from '@mastra/core/events';

/** A pubsub for calls of core that take one and publish nothing of interest. */
class SilentPubSub extends PubSub {
  override async publish(): Promise<void> {}
  override async subscribe(): Promise<void> {}
  override async unsubscribe(): Promise<void> {}
  override async flush(): Promise<void> {}
}

export const silentPubSub = new SilentPubSub();
