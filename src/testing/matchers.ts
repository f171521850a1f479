/** What a test says of a run, for `expect.extend()`. */
import { MastraInngestError } from '../errors';
import { toMilliseconds } from '../local/duration';
import { duration } from './durations';
import { type WorkflowFingerprint, deployReport } from './fingerprint';
import type { TestRun } from './run';
import type { StepTarget } from './workflows';

/** How a step has run. */
export interface ToHaveRunOptions {
  times: number;
}

interface Verdict {
  pass: boolean;
  message: () => string;
}

type Expectation = StepTarget | ToHaveRunOptions;

const idOf = (step: StepTarget): string => (typeof step === 'string' ? step : step.id);

export const matchers = {
  /** These steps have run, in this order; others may have run between them. Or: this step has, so many times. */
  toHaveRun(received: unknown, ...expected: Expectation[]): Verdict {
    const run = runOf(received, 'toHaveRun');
    const last = expected.at(-1);
    const times = typeof last === 'object' && 'times' in last ? last.times : undefined;
    const steps = expected
      .filter((one): one is StepTarget => typeof one === 'string' || 'id' in one)
      .map(idOf);
    const { executed } = run;
    const count = executed.filter(id => id === steps[0]).length;
    const pass = times === undefined ? isWithin(steps, executed) : count === times;
    const what =
      times === undefined ? `have run ${steps.join(', then ')}` : `have run ${steps[0]} ${times} times`;
    return verdict(pass, what, `ran ${executed.join(', ') || 'nothing'}`, run);
  },

  /** The run is suspended, at this step. */
  toBeSuspendedAt(received: unknown, step: StepTarget): Verdict {
    const run = runOf(received, 'toBeSuspendedAt');
    const { suspendedAt, status } = run;
    const found = suspendedAt.length > 0 ? `is suspended at ${suspendedAt.join(', ')}` : `is ${status}`;
    return verdict(suspendedAt.includes(idOf(step)), `be suspended at ${idOf(step)}`, found, run);
  },

  /** All sleeps of the run that are over took as long, to the second (Inngest counts whole seconds to a date). */
  toHaveSlept(received: unknown, length: string | number): Verdict {
    const run = runOf(received, 'toHaveSlept');
    const expected = toMilliseconds(length);
    const difference = Math.abs(run.slept - expected);
    const pass = difference === 0 || (expected >= 1000 && difference < 1000);
    return verdict(pass, `have slept ${duration(expected)}`, `slept ${duration(run.slept)}`, run);
  },

  /** Runs that began with the workflow of the earlier fingerprint survive a deploy of this one. */
  toFitRunningRuns(received: unknown, before: WorkflowFingerprint): Verdict {
    const { report, fits } = deployReport(received as WorkflowFingerprint, before);
    return {
      pass: fits,
      message: () => `The deploy ${fits ? 'hurts no running run' : 'hurts running runs'}:\n\n${report}`,
    };
  },
};

/** Of TestRun's, what is looked at; a run of another copy of the package has it, too. */
type Seen = Pick<TestRun, 'executed' | 'suspendedAt' | 'status' | 'slept' | 'tree'>;

function runOf(received: unknown, matcher: string): Seen {
  const run = received as Partial<Seen> | undefined;
  if (Array.isArray(run?.executed) && typeof run.tree === 'function') return run as Seen;
  const text = `expect(run).${matcher}() takes a run of a test app: what \`await app.start()\` gave. Is an \`await\` missing?`;
  throw new MastraInngestError('INVALID_ARGUMENTS', text);
}

function isWithin(wanted: readonly string[], all: readonly string[]): boolean {
  let next = 0;
  for (const id of all) if (id === wanted[next]) next += 1;
  return next === wanted.length;
}

function verdict(pass: boolean, what: string, found: string, run: Seen): Verdict {
  return {
    pass,
    message: () => `Expected the run ${pass ? 'not ' : ''}to ${what}, but it ${found}.\n\n${run.tree()}`,
  };
}
