/** Answers in comparable form: ids, times and stacks differ from run to run by nature. */

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIMES = new Set([
  'startedAt',
  'endedAt',
  'suspendedAt',
  'resumedAt',
  'timestamp',
  'createdAt',
  'updatedAt',
]);
/** Random in core, and ours in a run's row only. */
const DROPPED = new Set(['stack', 'inngest']);

export function plain(value: unknown, key = ''): unknown {
  if (TIMES.has(key)) return '<time>';
  if (key === 'stepCallId') return '<call>';
  if (typeof value === 'string') return value.replace(UUID, '<id>');
  if (Array.isArray(value)) return value.map(item => plain(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => !DROPPED.has(name) && item !== undefined)
      .map(([name, item]) => [name, plain(item, name)]),
  );
}
