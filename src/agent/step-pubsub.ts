import { PubSub } from '@mastra/core/events';
import { isChunk, restarted } from './call-tries';
import { type AgentEvent, type Callback, runOfStream } from './topics';

/** The pubsub that core's code gets inside an op of an agent's run. */
export class StepPubSub extends PubSub {
  /** What follows an error, while it is held. */
  private held?: AgentEvent[];
  private holds = false;
  private chunks = 0;

  constructor(
    private readonly runId: string,
    /** Tells one event of the run. */
    private readonly write: (event: AgentEvent) => Promise<void>,
    /** For everything else. */
    private readonly agents: PubSub,
  ) {
    super();
  }

  override async publish(topic: string, event: AgentEvent): Promise<void> {
    if (runOfStream(topic) !== this.runId) return this.agents.publish(topic, event);
    if (this.holds && isError(event)) this.held ??= [];
    if (this.held) this.held.push(event);
    else await this.tell(event);
  }

  private async tell(event: AgentEvent): Promise<void> {
    if (isChunk(event)) this.chunks++;
    await this.write(event);
  }

  /** Holds an error, and all that comes after it, until it is known whether the call is made again. */
  holdErrors(): void {
    this.holds = true;
  }

  /** The call is made again later: what was told of it is void, the error included. */
  async forget(): Promise<void> {
    this.held = undefined;
    if (this.chunks > 0) await this.tell(restarted(this.runId, this.chunks));
  }

  async releaseErrors(): Promise<void> {
    const events = this.held ?? [];
    this.holds = false;
    this.held = undefined;
    for (const event of events) await this.tell(event);
  }

  override subscribe(topic: string, callback: Callback): Promise<void> {
    return this.agents.subscribe(topic, callback);
  }

  override unsubscribe(topic: string, callback: Callback): Promise<void> {
    return this.agents.unsubscribe(topic, callback);
  }

  override async flush(): Promise<void> {}
}

function isError({ type, data }: AgentEvent): boolean {
  return type === 'chunk' && (data as { type?: string }).type === 'error';
}
