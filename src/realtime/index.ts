/**
 * `@mastra/inngest/realtime`: following a run from a browser. On the server `getRunSubscriptionToken`, in the browser the
 * SDK's own `subscribe` or hooks with that token. Loads neither Mastra nor anything of Node.
 */
import type { InngestClient } from '../sdk/client';
import { portFor } from '../sdk/detect';
import type { SubscriptionToken } from '../sdk/port';
import { WATCH_TOPIC, runChannel } from './channel';

export type { SubscriptionToken } from '../sdk/port';

/**
 * The realtime channel of a run; its events are on the topic `watch`.
 * @example
 * workflowChannel('report', 'run-1'); // workflow:report:run-1
 */
export function workflowChannel(workflowId: string, runId: string): string {
  return runChannel(workflowId, runId);
}

/**
 * A token with which a browser may follow one run, for 60 seconds to connect within. Ask for it on the server, after having
 * checked that the user may see the run.
 * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`, `REALTIME_FAILED`
 * @example
 * const token = await getRunSubscriptionToken(inngest, { workflowId: 'report', runId });
 */
export async function getRunSubscriptionToken(
  inngest: InngestClient,
  run: { workflowId: string; runId: string },
): Promise<SubscriptionToken> {
  return portFor(inngest).subscriptionToken(workflowChannel(run.workflowId, run.runId), [WATCH_TOPIC]);
}
