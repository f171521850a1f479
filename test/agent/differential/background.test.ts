/** Tools that work in the background, on core's `DurableAgent` and on ours. */
import { createTool } from '@mastra/core/tools';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { play } from '../support/play';
import type { Note, Script } from '../support/script';
import { type Stages, startStages } from '../support/stages';

let stages: Stages;
beforeAll(async () => {
  stages = await startStages({ backgroundTasks: { enabled: true } });
});
afterAll(() => stages.harness.stop());

const said = (...text: string[]) => ({ text });
const slow = (n: number, more: object = {}) => ({ name: 'slow', args: { n, ...more }, id: `slow-${n}` });

/** A tool that works until a chunk of this type has come. */
function slowTool({ fails = false, until = 'background-task-progress' } = {}) {
  let release = () => {};
  let released = Promise.resolve();
  const tool = (note: Note) =>
    createTool({
      id: 'slow',
      description: 'Takes its time',
      inputSchema: z.object({ n: z.number() }),
      execute: async ({ n }: { n: number }) => {
        note('worked', n);
        await released;
        if (fails) throw new TypeError(`no ${n}`);
        return { n };
      },
      background: { enabled: true },
    } as never);
  return {
    agent: (note: Note) => {
      released = new Promise(resolve => {
        release = resolve;
      });
      return { tools: { slow: tool(note) } };
    },
    options: () => ({ onChunk: ({ type }: { type: string }) => void (type === until && release()) }),
  };
}

const SCRIPTS: Script[] = [
  { name: 'a task in the background', turns: [{ tools: [slow(1)] }, said('Done.')], ...slowTool() },
  {
    name: 'two tasks in the background',
    turns: [{ tools: [slow(1), slow(2)] }, said('Done.')],
    ...slowTool(),
  },
  {
    name: 'a task in the background that fails',
    turns: [{ tools: [slow(1)] }, said('It failed.')],
    ...slowTool({ fails: true }),
  },
  {
    name: 'a task in the background, and a tool',
    turns: [{ tools: [slow(1)] }, { tools: [slow(2, { _background: { enabled: false } })] }, said('Done.')],
    ...slowTool(),
  },
  {
    name: 'tasks in the background are not wanted',
    turns: [{ tools: [slow(1)] }, said('Done.')],
    ...notWanted(),
  },
];

test.each(SCRIPTS)('$name', async script => {
  const expected = await play(stages.core, script);
  expect(await play(stages.ours, script)).toEqual(expected);
});

test('a stream stays open until all is done', async () => {
  const tool = slowTool({ until: 'text-delta' });
  const script: Script = {
    name: 'until idle',
    turns: [{ tools: [slow(1)] }, said('Done.')],
    agent: tool.agent,
    options: () => ({ ...tool.options(), untilIdle: true }),
  };
  // The task's own chunks come between those of the run, by chance before or after them.
  const seen = async (stage: Stages['core']) => {
    const { chunks, prompts, messages, noted } = await play(stage, script);
    const types = (chunks as { type: string }[]).map(({ type }) => type);
    const finished = types.filter(type => type === 'finish').length;
    return { finished, completed: types.includes('background-task-completed'), prompts, messages, noted };
  };
  const expected = await seen(stages.core);
  expect(expected).toMatchObject({ finished: 2, completed: true });
  expect(await seen(stages.ours)).toEqual(expected);
});

function notWanted(): Pick<Script, 'agent' | 'options'> {
  const { agent, options } = slowTool({ until: 'tool-call' });
  return { agent, options: () => ({ ...options(), disableBackgroundTasks: true }) };
}
