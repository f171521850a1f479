/** Finds one event among all that Inngest has. Its API lists them by name and time, the newest first, page by page. */
import type { FoundEvent, WantedEvent } from './port';
import { type RestAccess, listOf } from './rest';

/** Events per page; Inngest may return fewer (its server: 51). */
const PAGE = 100;
/** How many pages of one range of time are read at most. */
const PAGES = 20;
/** How far, in milliseconds, the clocks of the caller and of Inngest may differ. */
const CLOCKS = 60_000;
/** The range, in milliseconds around `sentAt`, in which an event was most likely sent. */
const NEAR = { before: 2_000, after: 10_000 };
/** How many found events are remembered: an event never changes, and is looked up again and again. */
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

/** Most workflows have it on the newest page; for a busy one, the time at which it was likely sent is searched next. */
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

/** `isAll`: there are no more pages, or Inngest does not answer. */
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
