/** How the test kit (`src/testing`) takes part in what a client's functions do. It is found at the client, by symbol: the kit is an entry of its own. */

/** The run whose code executes. */
export interface HookedRun {
  readonly workflowId: string;
  readonly runId: string;
  /** Inngest's run id. */
  readonly inngestRunId: string;
}

/** Whatever core executes as a step. */
export interface HookedStep {
  readonly id: string;
}

export interface TestHook {
  /** Something is on its way to Inngest. To be called: it has come, or never will. */
  underWay(): () => void;
  /** False where nobody listens to a realtime channel: nothing has to be sent to it. */
  isHeard(channel: string): boolean;
  /** The step that is executed in this one's place, or itself. `op`: the name of its op. */
  step(run: HookedRun, step: HookedStep, op: string): HookedStep;
  /** The process that the calling code is of is to look dead: nothing may come of it any more. */
  isDead(): boolean;
  /** Performs an op's body. Never settles where the process is to look dead. */
  op<T>(run: HookedRun, name: string, body: () => Promise<T>): Promise<T>;
}

const HOOK = Symbol.for('@mastra/inngest.test-hook');

interface Hookable {
  [HOOK]?: TestHook;
}

export function testHookOf(client: object): TestHook | undefined {
  return (client as Hookable)[HOOK];
}

/** Sets a client's hook, or takes it away. */
export function setTestHook(client: object, hook: TestHook | undefined): void {
  if (hook) Object.defineProperty(client, HOOK, { value: hook, configurable: true });
  else Reflect.deleteProperty(client, HOOK);
}
