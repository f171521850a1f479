/** Workflows that are traced on core's engine and on this one. */
import type {
  createStep as createCoreStep,
  createWorkflow as createCoreWorkflow,
} from '@mastra/core/workflows';
import { z } from 'zod';

export type Kit = { createWorkflow: typeof createCoreWorkflow; createStep: typeof createCoreStep };

const any = z.any();

interface Logs {
  loggerVNext?: { info(message: string): void };
}

export function tracedWorkflows({ createWorkflow, createStep }: Kit) {
  const step = (
    id: string,
    execute: (argument: never) => Promise<unknown> = async () => ({ value: id }),
    more = {},
  ) => createStep({ id, inputSchema: any, outputSchema: any, ...more, execute: execute as never });
  const workflow = (id: string, options: object = {}) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, ...options });
  const logging = (message: string, value: unknown) => async (argument: Logs) => {
    // A callback that is not given one fails, as in a user's code.
    argument.loggerVNext!.info(`logged: ${message}`);
    return value as never;
  };
  const pass = (id: string) => workflow(id).then(step('inner')).commit();
  const asking = (id: string) =>
    step(id, async ({ resumeData, suspend }: { resumeData?: unknown; suspend(payload: object): unknown }) =>
      resumeData ? { answer: resumeData } : suspend({ question: id }),
    );
  let tries = 0;
  return {
    entries: workflow('entries')
      .then(step('first'))
      .parallel([step('left'), step('right'), pass('beside')])
      .branch([
        [logging('branch', true), step('taken')],
        [async () => false, step('left-out')],
        [async () => Promise.reject(new TypeError('no answer')), step('thrown')],
      ])
      .dountil(step('until'), logging('until', true))
      .map(async () => ({ mapped: true }))
      .dowhile(pass('turning'), logging('while', false))
      .map(async () => [1, 2])
      .foreach(step('each'))
      .foreach(pass('each-nested'), { concurrency: 2 })
      .then(workflow('outer').then(pass('middle')).commit())
      .then(step('last', logging('step', { done: true })))
      .commit(),
    some: workflow('some')
      .parallel([step('left'), pass('aside')])
      .branch([[logging('branch', true), step('taken')]])
      .dountil(step('until'), logging('until', true))
      .then(workflow('around').then(pass('within')).commit())
      .commit(),
    sleeping: workflow('sleeping')
      .sleep(2)
      .sleep(logging('sleep', 3) as never)
      .sleepUntil(logging('sleepUntil', new Date()) as never)
      .commit(),
    nested: workflow('nested').then(pass('only')).commit(),
    'in-parallel': workflow('in-parallel')
      .parallel([pass('one'), pass('two')])
      .commit(),
    failing: workflow('failing')
      .then(step('fails', async () => Promise.reject(new TypeError('broken')), { retries: 1 }))
      .commit(),
    'late-retry': workflow('late-retry', { retryConfig: { attempts: 1, delay: 1000 } })
      .then(
        step('twice', async ({ retryCount }: { retryCount: number }) =>
          retryCount > 0 ? { retryCount } : Promise.reject(new TypeError('once more')),
        ),
      )
      .commit(),
    'nested-retry': workflow('nested-retry', { retryConfig: { attempts: 1 } })
      .then(
        workflow('tried')
          .then(
            step('try', async () =>
              tries++ % 2 ? { tries: 'two' } : Promise.reject(new TypeError('again')),
            ),
          )
          .commit(),
      )
      .commit(),
    suspending: workflow('suspending')
      .then(step('before'))
      .then(workflow('asks').then(asking('ask')).commit())
      .then(step('after'))
      .commit(),
    internal: workflow('internal', { options: { tracingPolicy: { internal: 1 } } })
      .parallel([step('hidden'), pass('shown')])
      .commit(),
  };
}
