/** One event among all that Inngest has. It gives them by their names and times, the newest first, a page at a time. */
import type { FoundEvent, WantedEvent } from './port';
import { type RestAccess, listOf } from './rest';

/** What is asked for at once; Inngest may give fewer (its server: 51). */
const PAGE = 100;
/** Most pages that are looked through, of each stretch of time. */
const PAGES = 20;
/** In milliseconds, by which the clocks of the caller and of Inngest may differ. */
const CLOCKS = 60_000;
/** In milliseconds, around the time at which an event was most likely sent. */
const NEAR = { before: 2_000, after: 10_000 };
/** Found events that are remembered: an event does not change, and its run is asked for again and again. */
const REMEMBERED = 1_000;

const remembered = new WeakMap<RestAccess, Map<string, FoundEvent>>();

/** One event as it is wanted, among all of its name. */
export async function findEvent(access: RestAccess, wanted: WantedEvent): Promise<FoundEvent | undefined> {
  const known = remembered.get(access) ?? new Map<string, FoundEvent>();
  remembered.set(access, known);
  const key = JSON.stringify([wanted.id, wanted.except]);
  const found = known.get(key) ?? (await searchEvent(access, wanted));
  if (found) known.set(key, found);
  const [oldest = key] = known.keys();
  if (known.size > REMEMBERED) known.delete(oldest);
  return found;
}

/** The newest page has it of most workflows; of a busy one, the time at which it was likely sent. */
async function searchEvent(access: RestAccess, wanted: WantedEvent): Promise<FoundEvent | undefined> {
  const { name, sentAt } = wanted;
  const whole = { name, received_after: instant(sentAt - CLOCKS) };
  const near = {
    name,
    received_after: instant(sentAt - NEAR.before),
    received_before: instant(sentAt + NEAR.after),
  };
  const newest = await searchPages(access, whole, wanted, 1);
  if (newest.found ?? newest.isAll) return newest.found;
  const likely = await searchPages(access, near, wanted, PAGES);
  return likely.found ?? (await searchPages(access, whole, wanted, PAGES)).found;
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** `isAll`: there is nothing more to look through, or Inngest does not say. */
async function searchPages(
  access: RestAccess,
  range: Record<string, string>,
  { id, except }: WantedEvent,
  pages: number,
): Promise<{ found?: FoundEvent; isAll: boolean }> {
  let cursor: Record<string, string> = {};
  for (let page = 0; page < pages; page++) {
    const fresh = String(Math.random());
    const query = new URLSearchParams({ ...range, ...cursor, limit: String(PAGE), fresh });
    const { list } = await listOf(access, `/v1/events?${query.toString()}`);
    const event = list?.find(one => one.id === id && one.internal_id !== except);
    if (typeof event?.internal_id === 'string') {
      const found = { eventId: event.internal_id, receivedAt: Date.parse(String(event.received_at)) };
      return { found, isAll: true };
    }
    const last = list?.at(-1)?.internal_id;
    if (typeof last !== 'string') return { isAll: true };
    cursor = { cursor: last };
  }
  return { isAll: false };
}
