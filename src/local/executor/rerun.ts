import { Problem } from '../errors';
import type { Json } from '../json';
import { canonical, parseJson } from '../json';
import type { Run, StepTrace } from '../state/run';
import type { Core } from './core';
import { startRun } from './start';

/** From where a run is repeated: a step's hashed id or its name, and the arguments that replace its own. */
export interface FromStep {
  stepId: string;
  /** A JSON array. */
  input?: string;
}

/** Why a run can't be repeated. */
export class RerunProblem extends Problem {}

function findStep(run: Run, wanted: string): StepTrace {
  const exact = run.traces.get(wanted);
  if (exact) return exact;
  const named = [...run.traces.values()].filter(trace => trace.name === wanted);
  if (named.length > 1) throw new RerunProblem('rerun step name is ambiguous');
  if (!named[0]) throw new RerunProblem('rerun step not found');
  return named[0];
}

/** Steps that began before this one keep their results; a step that can be targeted is executed first. */
function copyBefore(original: Run, step: StepTrace, input: Json | undefined): (run: Run) => void {
  return run => {
    for (const [id, trace] of original.traces) {
      if (id === step.id) break;
      const memo = original.steps.get(id);
      if (memo === undefined) continue;
      run.save(id, memo);
      run.traces.set(id, { ...trace });
    }
    if (input !== undefined) run.inputs.set(step.id, canonical({ input }));
  };
}

/**
 * Repeats a run with its events, also while it is still going: a new run with a new id and no link but its row
 * in the read API.
 * @throws RerunProblem
 */
export function rerun(core: Core, original: Run, from?: FromStep): Run {
  const { batchedAt, originalRunId = original.id } = original.options;
  const kept = { originalRunId, ...(batchedAt === undefined ? {} : { batchedAt }) };
  const events = [...original.events];
  // A function that registered again since then runs as it is now.
  const fn = core.registry.find(original.fn.slug) ?? original.fn;
  if (!from) return startRun(core, fn, events, kept);
  const input = from.input === undefined ? undefined : parseJson(from.input);
  if (from.input !== undefined && !Array.isArray(input))
    throw new RerunProblem('input is not a valid JSON array');
  if (original.stack.length > 0 && original.steps.size === 0) {
    throw new RerunProblem('the steps of this run have been forgotten');
  }
  const step = findStep(original, from.stepId);
  const executable = ['Step', 'StepRun', 'StepPlanned', 'StepError', 'StepFailed'].includes(step.op);
  return startRun(core, fn, events, {
    ...kept,
    prepare: copyBefore(original, step, input),
    target: executable ? step.id : undefined,
  });
}
