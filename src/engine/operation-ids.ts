/**
 * Every durable op id of a run (I3). An id comes from the step's id and its place in the graph alone, so it is the same
 * in every process and for every order of concurrent work. A changed id makes running runs execute a step again:
 * `test/histories` records the ids of released versions.
 */
import { type StepFlowEntry, getEntryId, isSingleStepEntry } from '@mastra/core/workflows';
import type { StepParams } from '../core-types';

/** Where in a loop, a foreach or a series of attempts an op stands. */
interface Turn {
  /** 1-based turn of a loop. */
  iteration?: number;
  /** 0-based index of a foreach item, as in Mastra's `forEachIndex`. */
  item?: number;
  /** 0 for the first attempt. */
  retry?: number;
}

const FINISH = 'finish';
const START = 'start';
const INPUT = 'input';
/** The first op of each kind of later leg. */
const LEGS = ['resume', 'time-travel', 'restart'];
/** Ends of ids that are made here: a user's step id with such an end gets its place added, so that none collide. */
const MADE_HERE = /( \((\d+|retry \d+|waiting|started|condition|concurrency)\)| \[\d+\]| @[\d.]+)$|^branch: /;

/** The op ids of one workflow graph. */
export class OperationIds {
  private readonly labels = new Map<string, string>();
  private readonly used = new Set<string>([FINISH, START, INPUT, ...LEGS]);

  /** `names`: what steps are called, where that is not their id. `prefix`: of an inlined workflow, what stands before each of its ids. */
  constructor(
    graph: readonly StepFlowEntry[],
    private readonly names: Readonly<Record<string, string>> = {},
    private readonly prefix = '',
  ) {
    graph.forEach((entry, index) => this.label(entry, [index]));
  }

  private label(entry: StepFlowEntry, path: number[]): void {
    if (entry.type === 'parallel' || entry.type === 'conditional') {
      entry.steps.forEach((child, index) => this.add(getEntryId(child), [...path, index]));
      if (entry.type === 'conditional') {
        this.addMade(`branch: ${entry.steps.map(arm => getEntryId(arm)).join(' | ')}`, path);
      }
    } else if (entry.type === 'loop' || entry.type === 'foreach') {
      this.add(getEntryId(entry.step), path);
    } else if (isSingleStepEntry(entry)) {
      this.add(getEntryId(entry), path);
    } else {
      this.add(entry.id, path);
    }
  }

  /** A user's id. */
  private add(id: string, path: number[]): void {
    const name = this.names[id] ?? id;
    this.addMade(MADE_HERE.test(name) ? `${name} @${path.join('.')}` : name, path);
  }

  private addMade(name: string, path: number[]): void {
    const place = path.join('.');
    const label = this.used.has(name) ? `${name} @${place}` : name;
    this.used.add(label);
    this.labels.set(place, label);
  }

  private at(path: readonly number[], fallback: string): string {
    const place = path.join('.');
    return `${this.prefix}${this.labels.get(place) ?? `${fallback} @${place}`}`;
  }

  /** The id of a container's span: core makes it of the place in the graph, which each turn of an inlined workflow has once more. */
  span(operationId: string): string {
    return `${this.prefix}${operationId}`;
  }

  /** A step's op: `fetch-user`, `fetch-user (2)` in a loop's second turn, `enrich [3]` for the item with index 3. */
  step(path: readonly number[], stepId: string, turn: Turn = {}): string {
    const { iteration = 1, item, retry = 0 } = turn;
    return [
      this.at(path, stepId),
      iteration > 1 ? ` (${iteration})` : '',
      item === undefined ? '' : ` [${item}]`,
      retry > 0 ? ` (retry ${retry})` : '',
    ].join('');
  }

  /** The op of a step that core executes now. Without `retry`, of its first attempt. */
  of({ step, executionContext, iterationCount: iteration }: StepParams, retry?: number): string {
    const { executionPath, foreachIndex: item } = executionContext;
    return this.step(executionPath, step.id, { iteration, item, retry });
  }

  /** The pause before a durable retry. */
  retryPause(params: StepParams, retry: number): string {
    return `${this.of(params, retry)} (waiting)`;
  }

  /** A loop's condition where the body is a nested workflow, which has no op of its own in this run. */
  condition(path: readonly number[], stepId: string, iteration: number): string {
    return `${this.step(path, stepId, { iteration })} (condition)`;
  }

  /** All conditions of one branch. */
  branch(path: readonly number[]): string {
    return this.at(path, 'branch');
  }

  /** A foreach's concurrency where it is a function. */
  concurrency(path: readonly number[], stepId: string): string {
    return `${this.at(path, stepId)} (concurrency)`;
  }

  /** The sleep itself. */
  sleep(path: readonly number[], entryId: string): string {
    return this.at(path, entryId);
  }

  /** The op before a sleep: its waiting event, its snapshot and its duration. */
  sleepStart(path: readonly number[], entryId: string): string {
    return `${this.at(path, entryId)} (waiting)`;
  }

  /** The op before a native step: its start. */
  nativeStart(params: StepParams): string {
    return `${this.of(params)} (started)`;
  }

  /** The op that remembers an input which the workflow's schema changed. */
  readonly input = INPUT;
  /** The first op of a run that can't carry the run's start in a step's op. */
  readonly start = START;
  /** The first op of a later leg; `part` counts the further ones for what one op can't hold. */
  leg(kind: (typeof LEGS)[number], part = 0): string {
    return part === 0 ? kind : `${kind} (${part + 1})`;
  }

  /** The last op of a run. */
  readonly finish = FINISH;
}
