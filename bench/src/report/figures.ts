/** The figures that this package has set itself, and what became of them. */
import type { Counts } from '../counts';
import type { Contender, Mode } from '../matrix';
import { type Results, countsOf, samplesOf } from '../results';
import { interval, median, trimmedMean } from '../stats';

export interface Figure {
  title: string;
  /** Undefined where there is none. */
  limit: string | undefined;
  /** Undefined where it was not measured, or has no limit. */
  reached: boolean | undefined;
  values: Record<Contender, string>;
}

const CONTENDERS: readonly Contender[] = ['raw', 'publishing', 'ours', 'peer'];
const MODES = ['v4-on', 'v4-off'] as const;
const STEPS = ['sequential-10', 'dountil-10', 'parallel-10'];

export function figures(results: Results): Figure[] {
  const [on, off] = MODES;
  return [
    ...[...STEPS, 'foreach-10'].map(id => counted(results, `ops, ${titled(id)}`, id, on, 'ops', 11)),
    counted(results, 'requests, sequential 10, checkpointing off', 'sequential-10', off, 'requests', 12),
    counted(results, 'requests, parallel 10', 'parallel-10', off, 'requests', 13),
    counted(
      results,
      'bytes to the app, sequential 10, checkpointing off',
      'sequential-10',
      off,
      'bytesToApp',
      20_500,
    ),
    counted(results, 'snapshot writes, sequential 10', 'sequential-10', off, 'writes', 12),
    byteRatio(results, 'sequential-10', off),
    byteRatio(results, 'sequential-100', off),
    growth(results, off),
    ...(['raw', 'publishing'] as const).flatMap(base => [
      ...STEPS.flatMap(id => MODES.map(mode => timeRatio(results, base, id, mode))),
      ...['branch', 'nested'].flatMap(id => MODES.map(mode => extraHops(results, base, id, mode))),
    ]),
    ...MODES.map(mode => afterLastStep(results, mode)),
  ];
}

const titled = (id: string): string => id.replace('-', ' ');
const amount = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const checkpointing = (mode: Mode): string => `checkpointing ${mode === 'v4-on' ? 'on' : 'off'}`;
const times = (value: number): string => value.toFixed(2);

/** `[value, from, to]` where it is said how sure it is. */
type Measured = number | readonly [number, number, number] | undefined;

function figure(
  title: string,
  limit: number | undefined,
  shown: (value: number) => string,
  valueOf: (contender: Contender) => Measured,
): Figure {
  const show = (value: Measured): string => {
    if (value === undefined) return '–';
    if (typeof value === 'number') return shown(value);
    const [best, from, to] = value;
    return `${shown(best)} (${shown(from)} to ${shown(to)})`;
  };
  const measured = valuesOf(valueOf);
  const ours = typeof measured.ours === 'object' ? measured.ours[0] : measured.ours;
  return {
    title,
    limit: limit === undefined ? undefined : `≤ ${shown(limit)}`,
    reached: ours === undefined || limit === undefined ? undefined : ours <= limit,
    values: valuesOf(contender => show(measured[contender])),
  };
}

function valuesOf<T>(valueOf: (contender: Contender) => T): Record<Contender, T> {
  return Object.fromEntries(CONTENDERS.map(contender => [contender, valueOf(contender)])) as Record<
    Contender,
    T
  >;
}

function counted(
  results: Results,
  title: string,
  scenario: string,
  mode: Mode,
  field: keyof Counts,
  limit: number,
): Figure {
  return figure(title, limit, amount, contender => countsOf(results, contender, mode, scenario)?.[field]);
}

function byteRatio(results: Results, scenario: string, mode: Mode): Figure {
  const raw = countsOf(results, 'raw', mode, scenario)?.bytesToApp;
  const title = `bytes to the app / raw, ${titled(scenario)}, checkpointing off`;
  return figure(title, 1.5, times, contender => {
    const own = countsOf(results, contender, mode, scenario)?.bytesToApp;
    return own && raw ? own / raw : undefined;
  });
}

/** Ten times the steps: linear growth is at most ten times the bytes. */
function growth(results: Results, mode: Mode): Figure {
  return figure('snapshot bytes, 100 steps / 10 steps', 10, times, contender => {
    const few = countsOf(results, contender, mode, 'sequential-10')?.writtenBytes;
    const many = countsOf(results, contender, mode, 'sequential-100')?.writtenBytes;
    return few && many ? many / few : undefined;
  });
}

/** From the sending of the event to the end of the last step's body. */
function timeRatio(results: Results, base: Contender, scenario: string, mode: Mode): Figure {
  const title = `time / ${base}, ${titled(scenario)}, ${checkpointing(mode)}`;
  const other = samplesOf(results, base, mode, scenario);
  return figure(title, 1.15, times, contender =>
    estimate(
      [samplesOf(results, contender, mode, scenario), other],
      ([own = 0, base = 0]) => own / base,
      contender === 'ours',
    ),
  );
}

/** Time over that of a hand-written function, in hops: a hop is the tenth of its time for 10 sequential steps. */
function extraHops(results: Results, base: Contender, scenario: string, mode: Mode): Figure {
  const title = `hops more than ${base}, ${scenario}, ${checkpointing(mode)}`;
  const ten = samplesOf(results, base, mode, 'sequential-10');
  const other = samplesOf(results, base, mode, scenario);
  return figure(title, 1, times, contender =>
    estimate(
      [samplesOf(results, contender, mode, scenario), other, ten],
      ([own = 0, base = 0, ten = 0]) => (own - base) / (ten / 10),
      contender === 'ours',
    ),
  );
}

/** A figure of the means of several rows of samples, and where it lies in 95 of 100 cases. */
function estimate(
  samples: readonly number[][],
  figureOf: (means: number[]) => number,
  withInterval: boolean,
): Measured {
  if (samples.some(values => values.length === 0)) return undefined;
  const value = (rows: readonly number[][]) => figureOf(rows.map(trimmedMean));
  return withInterval ? [value(samples), ...interval(samples, value)] : value(samples);
}

/** The limit is the local server's: without checkpointing the op of the run's end comes one hop after the last step. */
function afterLastStep(results: Results, mode: Mode): Figure {
  const title = `ms from the last step to start()'s result, sequential 10, ${checkpointing(mode)}`;
  return figure(title, results.server === 'local' ? 50 : undefined, amount, contender => {
    const samples = samplesOf(results, contender, mode, 'sequential-10', 'after');
    return samples.length > 0 ? median(samples) : undefined;
  });
}
