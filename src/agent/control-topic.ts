import type { PublishedEvent } from '../realtime/channel';
import { type Subscription, subscribe } from '../realtime/subscription';
import { logOf, warningLog } from '../realtime/wire';
import { reasonOf } from '../errors';
import type { InngestWorkflow } from '../workflow/workflow';
import { publishOutside } from './publish-outside';
import { type AgentEvent, type Callback, runOfControl } from './topics';

/** The realtime channel on which an agent's run is controlled. */
function controlChannel(runId: string): string {
  return `agent:${runId}`;
}

interface Listening {
  isClosed: boolean;
  subscription?: Subscription;
}

/** `agent.control.<runId>`: what callers ask of the process that executes a run, such as to abort it. */
export class ControlTopic {
  private readonly listening = new Map<Callback, Listening>();

  constructor(private readonly workflow: () => InngestWorkflow) {}

  async publish(topic: string, { type, data }: AgentEvent): Promise<void> {
    const channel = controlChannel(runOfControl(topic) ?? '');
    await publishOutside(this.workflow(), channel, { type, data: data as unknown });
  }

  /** Does not wait until messages arrive: a model call must not. What comes before is read from the log then. */
  subscribe(topic: string, callback: Callback): void {
    const listening: Listening = { isClosed: false };
    this.listening.set(callback, listening);
    void this.open(topic, callback, listening).catch((error: unknown) => {
      warningLog(this.workflow().mastra).warn('A run of an agent can be aborted from this process only.', {
        topic,
        reason: reasonOf(error),
      });
    });
  }

  private async open(topic: string, callback: Callback, listening: Listening): Promise<void> {
    const workflow = this.workflow();
    const runId = runOfControl(topic) ?? '';
    const channel = controlChannel(runId);
    const known = new Set<string>();
    const onEvent = ({ mastraEventId: id, type, data }: PublishedEvent) => {
      if (listening.isClosed || known.has(id)) return;
      known.add(id);
      void (async () => callback({ type, runId, data, id, createdAt: new Date() }))().catch(() => {});
    };
    const readLog = async () => {
      const read = await logOf(workflow, channel)
        ?.read(0)
        .catch(() => undefined);
      for (const { event } of read?.entries ?? []) onEvent(event);
    };
    const subscription = await subscribe(workflow.port, channel, {
      onEvent,
      onReconnect: () => void readLog(),
    });
    if (listening.isClosed) return subscription.close();
    listening.subscription = subscription;
    await readLog();
  }

  unsubscribe(_topic: string, callback: Callback): void {
    const listening = this.listening.get(callback);
    if (!listening) return;
    listening.isClosed = true;
    listening.subscription?.close();
    this.listening.delete(callback);
  }
}
