/** Ids for unnamed sleeps. Core's are random in every process: an op named after one would not be found again, and would sleep again (I3). */
type Entry = { type: string; id?: string };

/** What core keeps of a workflow that is being built. */
interface Built {
  id: string;
  steps: unknown;
  stepGraph: readonly unknown[];
  serializedStepGraph: readonly unknown[];
}

/** An id that no step of the workflow has. */
export function freeSleepId({ id, stepGraph, steps }: Built): string {
  const sleeps = (stepGraph as readonly Entry[]).filter(
    ({ type }) => type === 'sleep' || type === 'sleepUntil',
  );
  let ordinal = sleeps.length;
  while (`sleep_${id}_${ordinal}` in (steps as object)) ordinal++;
  return `sleep_${id}_${ordinal}`;
}

/** Gives the sleep that was added last its id: older cores (1.58) take none and make one up. */
export function nameSleep({ steps: all, stepGraph, serializedStepGraph }: Built, id: string): void {
  const steps = all as Record<string, { id: string } | undefined>;
  for (const flow of [stepGraph, serializedStepGraph]) {
    const entry = flow.at(-1) as { id: string };
    const step = steps[entry.id];
    if (entry.id === id) continue;
    if (step) steps[id] = Object.assign(step, { id });
    Reflect.deleteProperty(steps, entry.id);
    entry.id = id;
  }
}
