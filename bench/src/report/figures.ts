/** The figures that this package has set itself, and what became of them. */
import type { Counts } from '../counts';
import type { Contender, Mode } from '../matrix';
import { type Results, countsOf, samplesOf } from '../results';
import { median } from '../stats';

export interface Figure {
  title: string;
  limit: string;
  /** Undefined where it was not measured. */
  reached: boolean | undefined;
  values: Record<Contender, string>;
}

const CONTENDERS: readonly Contender[] = ['raw', 'publishing', 'ours', 'peer'];

export function figures(results: Results): Figure[] {
  const on = 'v4-on';
  const off = 'v4-off';
  return [
    ...['sequential-10', 'dountil-10', 'parallel-10', 'foreach-10'].map(id =>
      counted(results, `ops, ${id.replace('-', ' ')}`, id, on, 'ops', 11),
    ),
    counted(results, 'requests, sequential 10, checkpointing off', 'sequential-10', off, 'requests', 12),
    counted(results, 'requests, parallel 10', 'parallel-10', off, 'requests', 13),
    counted(
      results,
      'bytes to the app, sequential 10, checkpointing off',
      'sequential-10',
      off,
      'bytesToApp',
      20_000,
    ),
    counted(results, 'snapshot writes, sequential 10', 'sequential-10', off, 'writes', 12),
    byteRatio(results, 'sequential-10', off),
    byteRatio(results, 'sequential-100', off),
    growth(results, off),
    ...(['raw', 'publishing'] as const).flatMap(base =>
      ['sequential-10', 'dountil-10', 'parallel-10'].flatMap(id => [
        timeRatio(results, base, id, on),
        timeRatio(results, base, id, off),
      ]),
    ),
    ...['branch', 'nested'].flatMap(id => [extraHops(results, id, on), extraHops(results, id, off)]),
    afterLastStep(results, on),
    afterLastStep(results, off),
  ];
}

const amount = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const checkpointing = (mode: Mode): string => `checkpointing ${mode === 'v4-on' ? 'on' : 'off'}`;
const times = (value: number): string => value.toFixed(2);

function figure(
  title: string,
  limit: number,
  shown: (value: number) => string,
  valueOf: (contender: Contender) => number | undefined,
): Figure {
  const values = CONTENDERS.map(contender => [contender, valueOf(contender)] as const);
  const ours = valueOf('ours');
  return {
    title,
    limit: `≤ ${shown(limit)}`,
    reached: ours === undefined ? undefined : ours <= limit,
    values: Object.fromEntries(
      values.map(([contender, value]) => [contender, value === undefined ? '–' : shown(value)]),
    ) as Figure['values'],
  };
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
  const title = `bytes to the app / raw, ${scenario.replace('-', ' ')}, checkpointing off`;
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

/** Of the medians, from the sending of the event to the end of the last step's body. */
export function ratioTo(
  base: Contender,
  results: Results,
  contender: Contender,
  mode: Mode,
  scenario: string,
): number | undefined {
  const own = samplesOf(results, contender, mode, scenario);
  const other = samplesOf(results, base, mode, scenario);
  return own.length > 0 && other.length > 0 ? median(own) / median(other) : undefined;
}

function timeRatio(results: Results, base: Contender, scenario: string, mode: Mode): Figure {
  const title = `time / ${base}, ${scenario.replace('-', ' ')}, ${checkpointing(mode)}`;
  return figure(title, 1.15, times, contender => ratioTo(base, results, contender, mode, scenario));
}

/** Time over the hand-written function's, in hops: a hop is the tenth of its time for 10 sequential steps. */
function extraHops(results: Results, scenario: string, mode: Mode): Figure {
  const title = `hops more than raw, ${scenario}, ${checkpointing(mode)}`;
  const hops = samplesOf(results, 'raw', mode, 'sequential-10');
  const raw = samplesOf(results, 'raw', mode, scenario);
  return figure(title, 1, times, contender => {
    const own = samplesOf(results, contender, mode, scenario);
    const isMeasured = own.length > 0 && raw.length > 0 && hops.length > 0;
    return isMeasured ? (median(own) - median(raw)) / (median(hops) / 10) : undefined;
  });
}

function afterLastStep(results: Results, mode: Mode): Figure {
  const title = `ms from the last step to start()'s result, sequential 10, ${checkpointing(mode)}`;
  return figure(title, 50, amount, contender => {
    const samples = samplesOf(results, contender, mode, 'sequential-10', 'after');
    return samples.length > 0 ? median(samples) : undefined;
  });
}
