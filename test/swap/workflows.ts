/** The same workflows for either release. Each step writes down that it began, and in which release. */
import { z } from 'zod';

/** What both releases have of the same name. */
export interface Tools {
  createWorkflow(options: object): Flow;
  createStep(options: object): object;
}

export interface Flow {
  then(step: object): Flow;
  sleep(milliseconds: number): Flow;
  foreach(step: object, options: object): Flow;
  commit(): object;
}

interface Context {
  inputData: { path?: string[] };
  runId: string;
  resumeData?: unknown;
  suspend(payload: object, options?: object): unknown;
}

const any = z.any();

/** `journal` gets the run's key, which its input brings along, and the step. */
export function swapWorkflows(
  { createWorkflow, createStep }: Tools,
  journal: (key: string, step: string) => void,
  nap: number,
): Record<string, object> {
  const define = (id: string) => createWorkflow({ id, inputSchema: any, outputSchema: any });
  const step = (id: string, execute: (context: Context) => unknown) =>
    createStep({ id, inputSchema: any, outputSchema: any, resumeSchema: any, suspendSchema: any, execute });
  interface Input {
    key: string;
    path?: string[];
  }
  const after = ({ key, path = [] }: Input, id: string): Input => ({ key, path: [...path, id] });
  const plain = (id: string) =>
    step(id, async ({ inputData }) => {
      const given = inputData as Input;
      journal(given.key, id);
      return after(given, id);
    });
  const ask = (id: string) =>
    step(id, async ({ inputData, resumeData, suspend }) => {
      const given = inputData as Input;
      journal(given.key, resumeData ? `${id} resumed` : id);
      return resumeData ? after(given, id) : suspend({ asks: id });
    });
  const items = step('items', async ({ inputData }) =>
    [1, 2].map(item => ({ key: (inputData as Input).key, path: [`item ${item}`] })),
  );
  const sleeper = define('sleeper').then(plain('first')).sleep(nap).then(plain('last')).commit();
  const gate = define('gate').then(plain('before')).then(ask('approve')).then(plain('after')).commit();
  return {
    sleeper,
    gate,
    napper: define('napper').sleep(nap).then(plain('last')).commit(),
    asksThenSleeps: define('asksThenSleeps')
      .then(plain('before'))
      .then(ask('approve'))
      .sleep(nap)
      .then(plain('after'))
      .commit(),
    chain: define('chain').then(plain('one')).then(plain('two')).commit(),
    outerSleeper: define('outerSleeper').then(plain('one')).then(sleeper).then(plain('two')).commit(),
    outerGate: define('outerGate').then(plain('one')).then(gate).then(plain('two')).commit(),
    each: define('each').then(items).foreach(ask('asked'), { concurrency: 2 }).commit(),
  };
}
