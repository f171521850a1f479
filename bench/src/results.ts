/** Everything that one run of the bench has measured. */
import type { Counted } from './counts';
import type { EntryCost } from './entries';
import type { Machine } from './machine';
import { type Contender, type Mode, entrantName } from './matrix';
import type { Sample } from './protocol';
import type { Timings } from './timings';
import { trimmedMean } from './stats';
import type { TypeCost } from './type-check';

export interface Results {
  date: string;
  server: 'local' | 'real';
  machine: Machine;
  /** Load of the machine before and after. */
  load: [number, number];
  rounds: number;
  versions: Record<string, string>;
  /** By the entrant's name, then by the scenario's id. */
  counts: Record<string, Record<string, Counted>>;
  timings: Timings;
  peakRss: Record<string, number>;
  entries: EntryCost[];
  types: TypeCost[];
}

export function countsOf(results: Results, contender: Contender, mode: Mode, scenario: string) {
  const counted = results.counts[entrantName({ contender, mode })]?.[scenario];
  return counted && !('missing' in counted) ? counted : undefined;
}

/** Of the means, from the sending of the event to the end of the last step's body. */
export function ratioToRaw(
  results: Results,
  contender: Contender,
  mode: Mode,
  scenario: string,
): number | undefined {
  const own = samplesOf(results, contender, mode, scenario);
  const raw = samplesOf(results, 'raw', mode, scenario);
  return own.length > 0 && raw.length > 0 ? trimmedMean(own) / trimmedMean(raw) : undefined;
}

/** The samples of one field; none where it was not measured. */
export function samplesOf(
  results: Results,
  contender: Contender,
  mode: Mode,
  scenario: string,
  field: keyof Sample = 'time',
): number[] {
  const timed = results.timings[entrantName({ contender, mode })]?.[scenario];
  if (!timed || timed.missing) return [];
  return timed.samples.map(sample => sample[field]).filter(value => value !== undefined);
}
