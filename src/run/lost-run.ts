/** Ends the stored run of a leg that Inngest has dropped or ended without its workflow's code. */
import { storedError } from '../wire/outcome';
import { MastraInngestError } from '../errors';
import type { Snapshot } from '../snapshot/snapshot';
import { startEventId, startEventName } from '../wire/start-event';
import { isRecord } from '../wire/json';
import { Arrival, CHECK_TIMES, type Lost } from './arrival';
import type { RunParts } from './run-parts';
import type { Rested } from './wait-for-rest';

/**
 * Stores how the run ended. Undefined where it went on meanwhile, so that nothing is lost.
 * @throws MastraInngestError `START_DROPPED`, or `RUN_CONFLICT` where another start of the run was taken, once that is stored
 */
export async function settleLost(
  record: RunParts['record'],
  snapshot: Snapshot | undefined,
  lost: Lost,
): Promise<Rested | undefined> {
  const end = endOf(lost);
  if (snapshot && !(await record.move(end.status, end, [snapshot.status]))) return undefined;
  if (lost.how === 'dropped' || lost.how === 'repeated') throw lost.error;
  const { status, error } = end;
  return snapshot
    ? { snapshot: { ...snapshot, status, error } }
    : { finish: { workflowStatus: status, error } };
}

function endOf(lost: Lost): Pick<Snapshot, 'status'> & Partial<Snapshot> {
  if (lost.how === 'canceled') return { status: 'canceled' };
  if (lost.how === 'failed') return { status: 'failed', error: lost.error };
  const { result, steps, input } = lost.how === 'repeated' ? (lost.result ?? {}) : {};
  if (!isRecord(steps)) return { status: 'failed', error: storedError(lost.error) };
  const context = { ...steps, input: steps.input ?? input } as Snapshot['context'];
  return { status: 'success', result, context };
}

/** What an unanswered start is looked up with. */
export type Lookup = Omit<RunParts, 'realtime' | 'logOf'>;

/**
 * A `pending` run whose caller is gone, or did not wait: where Inngest dropped its start, or failed it, it ends now, for whoever
 * reads, resumes or restarts it. Any other run is left alone.
 */
export async function settleUnanswered(lookup: Lookup, snapshot: Snapshot): Promise<void> {
  const { port, record } = lookup;
  // Younger ones are not looked for: it is too early to tell.
  if (snapshot.status !== 'pending' || Date.now() - snapshot.timestamp < CHECK_TIMES.dropped) return;
  const { workflowId } = record.identity;
  const name = startEventName(workflowId);
  const id = startEventId(record.identity);
  const sent = await port.findEvent({ name, id, sentAt: snapshot.timestamp });
  if (!sent) return;
  const { eventId, receivedAt } = sent;
  const age = Date.now() - receivedAt;
  const log = { warn: (text: string, place?: Record<string, unknown>) => warnOnce(lookup, text, place) };
  const arrival = new Arrival({ ...lookup, log }, { eventId, age, leg: 0 });
  const lost = await arrival.look(snapshot);
  if (!lost) return;
  await settleLost(record, snapshot, lost).catch((error: unknown) => {
    if (!MastraInngestError.is(error)) throw error;
  });
}

/** The workflows of this process whose readers were warned. */
const warned = new Set<string>();

/** A run is read again and again, and what is wrong is wrong with all of a workflow's. */
function warnOnce({ log, record, destination }: Lookup, text: string, place?: Record<string, unknown>): void {
  const key = JSON.stringify([destination.app, record.identity.workflowId]);
  if (warned.has(key)) return;
  warned.add(key);
  log.warn(text, place);
}
