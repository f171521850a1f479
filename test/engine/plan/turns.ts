/** A graph like that of an agent: a loop whose body is a workflow with pure mappings, a model, tools, and steps that do little. */
import { init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { z } from 'zod';
import { type Plan, withPlan } from '../../../src/engine/plan';

export const PLAN: Plan = {
  inlined: ['turn'],
  pure: ['begin', 'calls', 'collect'],
  pureControl: ['turn', 'tool'],
  joined: ['merge', 'check', 'decide', 'score'],
};

/** What the user's code did, in order. */
export type Did = (what: string) => void;

export interface Turns {
  /** Tool calls of each turn; the last turn has none. */
  calls: number[];
  did?: Did;
  /** What a tool answers. */
  tool?: (params: {
    inputData: unknown;
    suspend: (payload: unknown, options?: object) => Promise<unknown>;
    resumeData?: unknown;
  }) => Promise<unknown>;
  model?: (turn: number) => Promise<unknown>;
  /** What the check, a joined step, adds. */
  check?: () => object;
}

/** The workflow `turns-…`, planned or as its steps are. */
export function turnsWorkflow(
  inngest: Inngest.Any,
  id: string,
  { calls, did = () => {}, tool, model, check }: Turns,
  plan?: Plan,
) {
  const { createWorkflow, createStep } = init(inngest);
  const any = z.any();
  const io = { inputSchema: any, outputSchema: any };
  const options = { emitStepEvents: false, validateInputs: false, shouldPersistSnapshot: () => true };
  const step = (name: string, execute: (params: never) => Promise<unknown>) =>
    createStep({ id: name, ...io, execute: execute as never });
  const state = (params: { getInitData: () => unknown }) =>
    params.getInitData() as { turn: number; messages: unknown[] };
  const turn = createWorkflow({ id: 'turn', ...io, options })
    .then(
      step('model', async ({ inputData }: { inputData: { turn: number; messages: unknown[] } }) => {
        const { turn: number, messages } = inputData;
        did(`model ${number}`);
        const text = (await model?.(number)) ?? `answer ${number}`;
        const own = Array.from({ length: calls[number] ?? 0 }, (_, call) => `${number}.${call}`);
        return { messages: [...messages, { role: 'assistant', text, own }], own };
      }),
    )
    .map(async ({ inputData }) => (inputData as { own: string[] }).own, { id: 'calls' })
    .foreach(
      step('tool', async (params: { inputData: string }) => {
        const result = tool ? await tool(params as never) : `result ${params.inputData}`;
        did(`tool ${params.inputData}`);
        return result;
      }),
      { concurrency: () => 3 },
    )
    .map(
      async ({ inputData, getStepResult }) => ({
        results: inputData,
        said: getStepResult('model' as never) as object,
      }),
      {
        id: 'collect',
      },
    )
    .then(
      step(
        'merge',
        async (params: {
          inputData: { results: unknown[]; said: { messages: unknown[] } };
          getInitData: () => unknown;
        }) => {
          const { results, said } = params.inputData;
          const messages = [...said.messages, ...results.map(result => ({ role: 'tool', result }))];
          return { turn: state(params).turn + 1, messages };
        },
      ),
    )
    .then(step('check', async ({ inputData }: { inputData: object }) => ({ ...inputData, ...check?.() })))
    .then(
      step('decide', async ({ inputData }: { inputData: { turn: number } }) => {
        did(`decide ${inputData.turn}`);
        return { ...inputData, goesOn: inputData.turn < calls.length };
      }),
    )
    .commit();
  const workflow = createWorkflow({ id, ...io, options })
    .map(async ({ inputData }) => ({ ...(inputData as object), turn: 0, messages: [] }), { id: 'begin' })
    .dowhile(turn as never, async ({ inputData }) => (inputData as { goesOn: boolean }).goesOn)
    .then(
      step('final', async ({ inputData }: { inputData: { messages: unknown[] } }) => ({
        said: inputData.messages,
      })),
    )
    .then(step('score', async ({ inputData }: { inputData: unknown }) => inputData))
    .commit();
  if (plan) for (const one of [turn, workflow]) withPlan(one, plan);
  return workflow;
}
