/** Agents and workflows that an agent uses as tools. */
import { Agent, type DelegationConfig } from '@mastra/core/agent';
import { MockMemory } from '@mastra/core/memory';
import { createTool } from '@mastra/core/tools';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import type { Note, Script } from '../support/script';
import { type Turn, scriptedModel } from '../support/scripted-model';

const said = (...text: string[]) => ({ text });
const help = (id = 'help') => ({ name: 'agent-helper', args: { prompt: 'Help.' }, id });
const double = { name: 'workflow-double', args: { inputData: { n: 2 } }, id: 'double' };
const number = z.object({ n: z.number() });

/** An agent that helps; notes what its model is asked. */
function helper(note: Note, turns: Turn[] = [said('I ', 'helped.')], more: object = {}): Agent {
  return new Agent({
    id: 'helper',
    name: 'helper',
    description: 'Helps',
    instructions: 'Help.',
    model: scriptedModel(turns, {
      modelId: 'helper',
      onCall: ({ prompt, temperature }) => note('helper is asked', { prompt, temperature }),
    }) as never,
    ...more,
  });
}

const delegating = (
  name: string,
  delegation: (note: Note) => DelegationConfig,
  more: object = {},
): Script => ({
  name,
  turns: [{ tools: [help()] }, said('thanks')],
  agent: note => ({ agents: { helper: helper(note) } }),
  options: note => ({ delegation: delegation(note) }),
  ...more,
});

function doubling(execute: (context: never) => Promise<unknown>) {
  const step = createStep({
    id: 'double-it',
    inputSchema: number,
    outputSchema: number,
    resumeSchema: z.object({ answer: z.string() }),
    suspendSchema: z.object({ question: z.string() }),
    execute: execute as never,
  });
  return createWorkflow({ id: 'double', description: 'Doubles', inputSchema: number, outputSchema: number })
    .then(step)
    .commit();
}

interface StepContext {
  inputData: { n: number };
  resumeData?: unknown;
  suspend: (payload: object) => Promise<never>;
}

export const DELEGATING: Script[] = [
  delegating('hooks of a delegation', note => ({
    onDelegationStart: context => {
      note('start', { prompt: context.prompt, iteration: context.iteration, params: context.params });
    },
    onDelegationComplete: ({ result, success, iteration }) => {
      note('complete', { text: result.text, success, iteration });
    },
  })),
  delegating('a delegation that is refused', () => ({
    onDelegationStart: () => ({ proceed: false, rejectionReason: 'not now' }),
  })),
  delegating('a delegation that is changed', () => ({
    onDelegationStart: () => ({ modifiedPrompt: 'Help well.', modifiedInstructions: 'Hurry.' }),
    onDelegationComplete: () => ({ resultText: 'helped in another way' }),
  })),
  delegating('a delegation with feedback', () => ({
    onDelegationComplete: () => ({ feedback: 'Be shorter.' }),
  })),
  delegating('a delegation that ends the run', () => ({
    onDelegationComplete: ({ bail }) => bail(),
  })),
  delegating('messages for a delegation', note => ({
    messageFilter: ({ messages, prompt }) => {
      note('filter', { count: messages.length, prompt });
      return [];
    },
  })),
  delegating(
    'two delegations at once',
    note => ({ onDelegationStart: ({ toolCallId }) => note('start', toolCallId) }),
    {
      turns: [{ tools: [help('one'), help('two')] }, said('thanks')],
    },
  ),
  {
    name: 'an agent that helps with a tool of its own',
    turns: [{ tools: [help()] }, said('thanks')],
    agent: note => {
      const work = createTool({
        id: 'work',
        description: 'Works',
        inputSchema: number,
        execute: async ({ n }) => {
          note('worked', n);
          return { n };
        },
      });
      const turns = [{ tools: [{ name: 'work', args: { n: 5 }, id: 'work-5' }] }, said('worked')];
      return { agents: { helper: helper(note, turns, { tools: { work } }) } };
    },
  },
  {
    name: 'an agent that helps and fails',
    turns: [{ tools: [help()] }, said('sorry')],
    agent: note => ({
      agents: {
        helper: helper(note, [{ fails: { error: new TypeError('helper is down') } }], { maxRetries: 0 }),
      },
    }),
  },
  {
    name: 'an agent that helps and remembers',
    turns: [{ tools: [help()] }, said('thanks')],
    agent: note => ({ agents: { helper: helper(note, [said('I helped.')], { memory: new MockMemory() }) } }),
  },
  {
    name: 'generate() with an agent that helps',
    generates: true,
    turns: [{ tools: [help()] }, said('thanks')],
    agent: note => ({ agents: { helper: helper(note) } }),
  },
  {
    name: 'a workflow that fails',
    turns: [{ tools: [double] }, said('sorry')],
    agent: () => ({
      workflows: {
        double: doubling(async () => {
          throw new TypeError('no');
        }),
      },
    }),
  },
  {
    name: 'a workflow that is called with wrong input',
    turns: [{ tools: [{ ...double, args: { inputData: { n: 'two' } } }] }, said('sorry')],
    agent: () => ({ workflows: { double: doubling(async ({ inputData }: StepContext) => inputData) } }),
  },
  {
    name: 'a workflow that asks a person',
    turns: [{ tools: [double] }, said('four')],
    agent: note => ({
      workflows: {
        double: doubling(async ({ inputData, resumeData, suspend }: StepContext) => {
          note('step', { inputData, resumeData });
          return resumeData ? { n: inputData.n * 2 } : suspend({ question: 'Really?' });
        }),
      },
    }),
  },
];
