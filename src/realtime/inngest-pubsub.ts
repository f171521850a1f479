import type { PubSub } from '@mastra/core/events';
import { MastraInngestError } from '../errors';
import type { InngestClient } from '../sdk/client';
import { portFor } from '../sdk/detect';
import type { InngestPort } from '../sdk/port';
import { jsonSize, LIMITS } from '../wire/limits';
import { WATCH_TOPIC, runChannel } from './channel';
import { RealtimePubSub, runOfTopic } from './pubsub';

/** Sends one realtime message: the `publish` that a function's handler gets on SDK v3, and the like. */
export type PublishFunction = (message: {
  channel: string;
  topic: string;
  data: unknown;
}) => Promise<unknown>;

/**
 * Core's `PubSub` over Inngest realtime, for the events of one workflow's runs: topic `workflow.events.v2.<runId>` is the topic
 * `watch` of the channel `workflow:<workflowId>:<runId>`. Runs need none: they follow themselves.
 * @example
 * const pubsub = new InngestPubSub(inngest, 'report');
 * await pubsub.subscribe(`workflow.events.v2.${runId}`, event => console.log(event.data));
 */
export class InngestPubSub extends RealtimePubSub {
  private readonly send: PublishFunction;

  /**
   * @param workflowId whose runs these are
   * @param publishFn what sends the messages; the client, if you don't say
   * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`
   */
  constructor(
    inngest: InngestClient,
    private readonly workflow?: string,
    publishFn?: PublishFunction,
  ) {
    const port: InngestPort = portFor(inngest);
    super(port, workflow ?? '', error => {
      throw error;
    });
    this.send = publishFn ?? (({ channel, topic, data }) => port.publish(channel, topic, data));
  }

  /**
   * Sends the event's `data` to all who follow the run.
   * @throws MastraInngestError `INVALID_ARGUMENTS` for another topic; `INVALID_EVENT_DATA` for more than one message holds
   */
  override async publish(topic: string, event: Parameters<PubSub['publish']>[1]): Promise<void> {
    const { workflowId, runId } = this.runOf(topic);
    const data: unknown = event.data;
    if (jsonSize(data) > LIMITS.realtimeMessage) {
      const text = `An event for ${topic} is larger than a realtime message (${LIMITS.realtimeMessage} bytes). Send a reference to it.`;
      throw new MastraInngestError('INVALID_EVENT_DATA', text, { workflowId, runId });
    }
    await this.send({ channel: runChannel(workflowId, runId), topic: WATCH_TOPIC, data });
  }

  /**
   * Resolves once the run's events arrive.
   * @throws MastraInngestError `INVALID_ARGUMENTS` for another topic; `REALTIME_FAILED` where realtime can't be reached
   */
  override async subscribe(...[topic, callback]: Parameters<RealtimePubSub['subscribe']>): Promise<void> {
    this.runOf(topic);
    try {
      await super.subscribe(topic, callback);
    } catch (error) {
      await this.unsubscribe(topic, callback).catch(() => {});
      throw error;
    }
  }

  private runOf(topic: string): { workflowId: string; runId: string } {
    const runId = runOfTopic(topic);
    const { workflow: workflowId } = this;
    if (runId !== undefined && workflowId) return { workflowId, runId };
    const problem = workflowId
      ? `${topic} is not the topic of a workflow's run (workflow.events.v2.<runId>).`
      : `${topic}: of which workflow? Give its id: new InngestPubSub(inngest, workflowId).`;
    throw new MastraInngestError('INVALID_ARGUMENTS', `InngestPubSub: ${problem}`, { workflowId, runId });
  }
}
