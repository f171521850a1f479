/** `import '@mastra/inngest/testing/vitest'`: the matchers, in vitest's `expect`. */
import { expect } from 'vitest';
import type { WorkflowFingerprint } from './fingerprint';
import { type ToHaveRunOptions, matchers } from './matchers';
import type { StepTarget } from './workflows';

expect.extend(matchers);

/** The matchers for a run of a test app, and for a fingerprint. */
export interface RunMatchers {
  /** These steps have run, in this order; others may have run between them. */
  toHaveRun(...steps: StepTarget[]): void;
  /** The step's body was called so many times. */
  toHaveRun(step: StepTarget, options: ToHaveRunOptions): void;
  /** The run is suspended, at this step. */
  toBeSuspendedAt(step: StepTarget): void;
  /** All sleeps that are over took as long, to the second. */
  toHaveSlept(length: string | number): void;
  /** Runs that began with the workflow of the earlier fingerprint survive a deploy of this one. */
  toFitRunningRuns(before: WorkflowFingerprint): void;
}

declare module 'vitest' {
  /* eslint-disable @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- vitest's own declaration, which this one joins */
  interface Matchers<
    R extends void | Promise<void> = void | Promise<void>,
    T = unknown,
  > extends RunMatchers {}
}
