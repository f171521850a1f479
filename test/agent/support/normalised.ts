/** What two runs of one script have in common: ids by the order in which they appear, no times. */

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
/** How long a scorer took, as it tells the model. */
const LASTED = /Duration: \d+ms/;
/** Milliseconds since the epoch, later than 2020. */
const NOW = 1_577_836_800_000;

export function normaliser(): (value: unknown) => unknown {
  const ids = new Map<string, string>();
  const named = (id: string): string => {
    const name = ids.get(id) ?? `<id ${ids.size + 1}>`;
    ids.set(id, name);
    return name;
  };
  const normalise = (value: unknown): unknown => {
    if (typeof value === 'string')
      return ISO.test(value) ? '<time>' : value.replaceAll(UUID, named).replace(LASTED, 'Duration: <time>');
    if (typeof value === 'number') return value > NOW ? '<time>' : value;
    if (value instanceof Date) return value.getTime() > NOW ? '<time>' : value.toISOString();
    if (value instanceof Error) return normalise({ ...value, name: value.name, message: value.message });
    if (Array.isArray(value)) return value.map(normalise);
    if (typeof value !== 'object' || value === null)
      return typeof value === 'function' ? '<function>' : value;
    // The order of the fields may differ, and with it that in which ids appear.
    const entries = Object.entries(value)
      .filter(([key, item]) => item !== undefined && key !== 'stack' && key !== 'duration')
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(entries.map(([key, item]) => [key, normalise(item)]));
  };
  return normalise;
}
