export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function p95(values: readonly number[]): number {
  return quantile(values, 0.95);
}

/**
 * The mean without the tenth of the values at each end. Short runs on a real server take one of two times, by the pause that
 * they meet: a median jumps from one to the other, where this moves by its share.
 */
export function trimmedMean(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const left = Math.floor(sorted.length / 10);
  const kept = sorted.slice(left, sorted.length - left);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** Where a figure of several rows of samples lies in 95 of 100 draws, with replacement, from these samples. */
export function interval(
  samples: readonly (readonly number[])[],
  figureOf: (drawn: readonly number[][]) => number,
): [number, number] {
  const random = seeded();
  const draw = (values: readonly number[]) =>
    values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN);
  const drawn = Array.from({ length: DRAWS }, () => figureOf(samples.map(draw)));
  return [quantile(drawn, 0.025), quantile(drawn, 0.975)];
}

const DRAWS = 1000;

/** The same draws each time, so that a report made anew is the same report. Park and Miller's generator. */
function seeded(): () => number {
  let state = 20_261_127;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Between the two neighbours, in proportion. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
