/** The kit's place in the app's code: sees every step and op, and has mocks and crashes take effect. */
import { isNativeStep, isNestable } from '../brand';
import type { HookedRun, HookedStep, TestHook } from '../sdk/test-hook';
import type { CrashMoment, Crashes } from './crashes';
import type { Executions } from './executions';
import type { Mocks } from './mocks';
import { die, isDead, whileAlive } from './process-life';

interface BodyParams {
  suspend?: (...args: unknown[]) => unknown;
}

type Execute = (params: BodyParams) => Promise<unknown>;

export class Observer implements TestHook {
  constructor(
    private readonly parts: {
      executions: Executions;
      mocks: Mocks;
      crashes: Crashes;
      now: () => number;
      hears: (channel: string) => boolean;
      enter: () => void;
      leave: () => void;
    },
  ) {}

  underWay(): () => void {
    let isOver = false;
    this.parts.enter();
    return () => {
      if (!isOver) this.parts.leave();
      isOver = true;
    };
  }

  isDead(): boolean {
    return isDead();
  }

  isHeard(channel: string): boolean {
    return this.parts.hears(channel);
  }

  step(run: HookedRun, given: HookedStep, op: string): HookedStep {
    const { executions, mocks } = this.parts;
    const step = mocks.of(run, given) ?? given;
    if (isNestable(step) || isNativeStep(step) || !isPlain(step)) {
      executions.reached(run, step.id, op);
      return step;
    }
    executions.named(run, step.id, op);
    return { ...step, execute: this.observed(run, step, op) } as HookedStep;
  }

  async op<T>(run: HookedRun, name: string, body: () => Promise<T>): Promise<T> {
    const { executions } = this.parts;
    const performed = executions.perform(run, name, async () => {
      await this.mayCrash('before', run, name);
      return await body().finally(() => this.mayCrash('after', run, name));
    });
    return whileAlive(performed);
  }

  private observed(run: HookedRun, step: HookedStep, op: string): Execute {
    const { executions } = this.parts;
    return async params => {
      executions.began(run, step.id);
      let hasSuspended = false;
      const suspend = (...args: unknown[]) => {
        hasSuspended = true;
        return params.suspend?.(...args);
      };
      try {
        const output = await (step as unknown as { execute: Execute }).execute({ ...params, suspend });
        executions.ended(hasSuspended ? 'suspended' : 'success');
        return output;
      } catch (error) {
        executions.ended('failed');
        throw error;
      } finally {
        await this.mayCrash('during', run, op);
      }
    };
  }

  private async mayCrash(
    moment: CrashMoment,
    { workflowId, inngestRunId }: HookedRun,
    op: string,
  ): Promise<void> {
    const { crashes, executions, now } = this.parts;
    const stepId = executions.stepOf(inngestRunId, op);
    if (!crashes.strikes(moment, { workflowId, op, ...(stepId !== undefined && { stepId }) })) return;
    executions.crashed();
    await die(now());
  }
}

/** What `createStep` makes. Workflows of core's are steps, too, with methods that a copy would lose. */
function isPlain(step: object): boolean {
  return Object.getPrototypeOf(step) === Object.prototype;
}
