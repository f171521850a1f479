import { createHash } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { onRealServer } from '../../recordings/lib/server.js';
import { Session, type SessionOptions } from '../../recordings/lib/session.js';
import { isTerminal, opcodesOf, type Execution, type Json, type Mode } from '../../recordings/lib/types.js';

/** Time for a server to act on what it was told; a real one polls its queue. */
export const settleMs = onRealServer ? 700 : 150;

/** What a group of traps is tested with. One test file is for one major: both in one process disturb each other. */
export interface Suite {
  modes: readonly Mode[];
  session: (mode: Mode) => Session;
}

/** The same in every mode at once: each has its own server and app, and most of the time they only wait. */
export async function together(modes: readonly Mode[], body: (mode: Mode) => Promise<void>): Promise<void> {
  await Promise.all(modes.map(body));
}

/** One session per mode for the whole file: a server, a proxy and an app each. */
export function sessions(
  modes: readonly Mode[],
  options: Omit<SessionOptions, 'mode'>,
): (mode: Mode) => Session {
  const open = new Map<Mode, Session>();
  beforeAll(async () => {
    const started = await Promise.all(
      modes.map(mode => Session.start({ retryDelayMs: 60, ...options, mode })),
    );
    for (const session of started) open.set(session.mode, session);
  });
  afterAll(async () => {
    await Promise.all([...open.values()].map(session => session.stop()));
  });
  return mode => {
    const session = open.get(mode);
    if (!session) throw new Error(`no session for ${mode}`);
    return session;
  };
}

/** The id the SDK gives to a step: the SHA-1 of its name. */
export const stepId = (name: string) => createHash('sha1').update(name).digest('hex');

/** Sends the event and waits until the run it starts has ended and is quiet; returns the run's calls in order. */
export async function finished(
  session: Session,
  fn: string,
  data: Json = {},
  ms = 15_000,
): Promise<Execution[]> {
  const [id = ''] = await session.send({ name: fn, data });
  return ended(session, fn, id, ms);
}

export async function ended(
  session: Session,
  fn: string,
  eventId: string,
  ms = 15_000,
): Promise<Execution[]> {
  await session.untilCall(fn, eventId, isTerminal, ms);
  await session.untilQuiet(() => session.runsOf(eventId, fn), settleMs);
  return session.runsOf(eventId, fn);
}

/** What the function returned, whichever way the SDK sent it. */
export function resultOf(calls: Execution[]): unknown {
  const last = calls.findLast(isTerminal);
  if (!last) throw new Error('the run has not ended');
  const complete = opcodesOf(last).find(op => op.op === 'RunComplete');
  return complete ? complete.data : last.res;
}

/** The memo of a step as the last request that had it carried it; undefined if none did. */
export function memoOf(calls: Execution[], name: string): unknown {
  const carrying = calls.findLast(call => stepId(name) in call.req.steps);
  return carrying?.req.steps[stepId(name)];
}

export const targetsOf = (calls: Execution[]) =>
  calls.map(call => new URL(call.url, 'http://app').searchParams.get('stepId'));

/** Calls without a target: first call and discoveries. */
export const discoveries = (calls: Execution[]) => calls.filter(call => call.url.endsWith('stepId=step'));

/** A run as the API shows it. */
export interface RunRow {
  run_id: string;
  status: string;
  ended_at: string | null;
  output: unknown;
}

export async function runRow(session: Session, runId: string): Promise<RunRow> {
  return ((await session.get(`/v1/runs/${runId}`)) as { data: RunRow }).data;
}
