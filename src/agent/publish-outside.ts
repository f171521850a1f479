import { randomUUID } from 'node:crypto';
import type { RunEvent } from '../realtime/channel';
import { publishAlone } from '../realtime/publisher';
import { wireOf } from '../realtime/wire';
import type { InngestWorkflow } from '../workflow/workflow';

/** Stores and sends an event that no op of a run tells. */
export async function publishOutside(
  workflow: InngestWorkflow,
  channel: string,
  event: RunEvent,
): Promise<void> {
  const targets = [{ channel, prefix: '' }];
  await publishAlone(wireOf(workflow.port, workflow), `outside/${randomUUID()}`, event, targets);
}
