/** One run for each place and moment at which the process can die. */
import type { Core } from '../local/executor/core';
import { MastraInngestError } from '../errors';
import type { CrashMoment, CrashPlace, Crashes } from './crashes';
import { standstillOf } from './standstill';
import type { TestRun } from './run';

/** Where the process died in one of the runs. */
export interface CrashSite {
  moment: CrashMoment;
  workflowId: string;
  /** The op's name. */
  op: string;
}

/** What came of them. */
export interface CrashReport {
  /** How many runs were executed, the one without a crash included. */
  runs: number;
  /** Runs with another result than the one without a crash. */
  differing: { crash: CrashSite; result: unknown; expected: unknown; tree: string }[];
  /** Steps whose bodies were called more often than without a crash. Inngest executes at least once: they have to bear it. */
  executedTwice: { step: string; crash: CrashSite }[];
}

interface Stage {
  start: (args: object) => Promise<TestRun>;
  advance: (by: number) => Promise<void>;
  crashes: Crashes;
  core: Core;
}

type Arguments = Record<string, unknown> & { drive?: (run: TestRun) => Promise<void> };

/** A run that has come to rest. */
interface Outcome {
  result: unknown;
  executed: readonly string[];
  tree: string;
  sites: CrashSite[];
}

export async function crashEverywhere(stage: Stage, args: Arguments): Promise<CrashReport> {
  if (args.runId !== undefined) {
    const text = 'app.crashEverywhere() starts many runs: give no `runId`.';
    throw new MastraInngestError('INVALID_ARGUMENTS', text);
  }
  const first = await play(stage, args);
  const report: CrashReport = { runs: 1, differing: [], executedTwice: [] };
  for (const crash of first.sites) {
    const { workflowId, op } = crash;
    const remove = stage.crashes.add(
      crash.moment,
      place => place.workflowId === workflowId && place.op === op,
    );
    const outcome = await play(stage, args).finally(remove);
    report.runs += 1;
    if (JSON.stringify(outcome.result) !== JSON.stringify(first.result))
      report.differing.push({ crash, result: outcome.result, expected: first.result, tree: outcome.tree });
    for (const step of repeated(first.executed, outcome.executed)) report.executedTwice.push({ step, crash });
  }
  return report;
}

async function play(stage: Stage, { drive, ...args }: Arguments): Promise<Outcome> {
  const run = await stage.start(args);
  await drive?.(run);
  const result = comparable(await overSleeps(stage, run));
  return { result, executed: run.executed, tree: run.tree(), sites: sitesOf(run) };
}

/** The result, with time passing wherever the run waits for it. */
async function overSleeps({ core, advance }: Stage, run: TestRun): Promise<unknown> {
  for (;;) {
    try {
      return await run.result();
    } catch (error) {
      const runs = [...core.store.runs.values()];
      const { dueAt } = standstillOf(core, runs);
      if (!MastraInngestError.is(error) || error.code !== 'RUN_WAITS' || dueAt === undefined) throw error;
      await advance(dueAt - core.clock.now());
    }
  }
}

function sitesOf(run: TestRun): CrashSite[] {
  const seen = new Set<string>();
  return run.operations.flatMap(({ workflowId, name, kind, step }) => {
    const place: CrashPlace = { workflowId, op: name };
    const key = JSON.stringify(place);
    if (kind !== 'step' || seen.has(key)) return [];
    seen.add(key);
    const moments: CrashMoment[] = step === undefined ? ['before', 'after'] : ['before', 'during', 'after'];
    return moments.map(moment => ({ moment, workflowId, op: name }));
  });
}

/** What two runs of the same input must share: no ids and times. */
function comparable(result: unknown): unknown {
  const { status, result: output, error, steps } = result as Record<string, unknown>;
  const message = (error as { message?: string } | undefined)?.message;
  const statuses = Object.entries((steps ?? {}) as Record<string, { status?: string }>)
    .map(([id, one]) => [id, one.status])
    .sort();
  return { status, result: output, error: message, steps: Object.fromEntries(statuses) as unknown };
}

/** Steps that are in `now` more often than in `before`. */
function repeated(before: readonly string[], now: readonly string[]): string[] {
  const count = (list: readonly string[], id: string) => list.filter(one => one === id).length;
  return [...new Set(now)].filter(id => count(now, id) > count(before, id));
}
