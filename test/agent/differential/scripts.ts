import { Agent } from '@mastra/core/agent';
import { MockMemory } from '@mastra/core/memory';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import type { Script } from '../support/script';
import { scriptedModel } from '../support/scripted-model';

const add = (n: number, id = `add-${n}`) => ({ name: 'add', args: { n }, id });
const tool = (name: string, n: number) => ({ name, args: { n }, id: `${name}-${n}` });
const said = (...text: string[]) => ({ text });

/** What durable agents do, one by one. */
export const SCRIPTS: Script[] = [
  { name: 'text', turns: [said('Hel', 'lo')] },
  { name: 'no text', turns: [{}] },
  { name: 'a tool', turns: [{ tools: [add(1)] }, said('2')] },
  { name: 'text and a tool', turns: [{ text: ['Let me see.'], tools: [add(1)] }, said('2')] },
  { name: 'three turns', turns: [{ tools: [add(1)] }, { tools: [add(2)] }, said('3')] },
  { name: 'tools at once', turns: [{ tools: [add(1), add(2), add(3)] }, said('all')] },
  { name: 'a tool that fails', turns: [{ tools: [tool('fail', 1)] }, said('sorry')] },
  { name: 'one of three fails', turns: [{ tools: [add(1), tool('fail', 2), add(3)] }, said('two')] },
  { name: 'no such tool', turns: [{ tools: [tool('nothing', 1)] }, said('none')] },
  { name: 'wrong arguments', turns: [{ tools: [{ name: 'add', args: { n: 'x' }, id: 'bad' }] }, said('oh')] },
  { name: 'an approval', turns: [{ tools: [tool('guarded', 1)] }, said('done')] },
  {
    name: 'a refusal',
    turns: [{ tools: [tool('guarded', 1)] }, said('not done')],
    answers: [{ approved: false, reason: 'too dear' }],
  },
  { name: 'a question', turns: [{ tools: [tool('ask', 1)] }, said('I see')] },
  { name: 'two approvals', turns: [{ tools: [tool('guarded', 1), tool('guarded', 2)] }, said('both')] },
  {
    name: 'two approvals, the last first',
    turns: [{ tools: [tool('guarded', 1), tool('guarded', 2)] }, said('both')],
    lastFirst: true,
  },
  { name: 'an approval and a tool', turns: [{ tools: [add(1), tool('guarded', 2)] }, said('both')] },
  {
    name: 'an approval, then a question',
    turns: [{ tools: [tool('guarded', 1)] }, { tools: [tool('ask', 2)] }, said('.')],
  },
  {
    name: 'all need approval',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({ requireToolApproval: true }),
  },
  {
    name: 'too many turns',
    turns: [{ tools: [add(1)] }, { tools: [add(2)] }, { tools: [add(3)] }],
    options: () => ({ maxSteps: 2 }),
  },
  { name: 'turns without end', turns: Array.from({ length: 7 }, (_, n) => ({ tools: [add(n)] })) },
  {
    name: 'stopWhen',
    turns: [{ tools: [add(1)] }, { tools: [add(2)] }, said('3')],
    options: () => ({ stopWhen: ({ steps }: { steps: unknown[] }) => steps.length === 2 }),
  },
  {
    name: 'onIterationComplete says what to do better',
    turns: [said('one'), said('two')],
    options: () => ({
      onIterationComplete: ({ iteration }: { iteration: number }) =>
        iteration === 1 ? { continue: true, feedback: 'Say more.' } : undefined,
    }),
  },
  {
    name: 'onIterationComplete ends it',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({ onIterationComplete: () => ({ continue: false }) }),
  },
  {
    name: 'prepareStep takes tools away',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({
      prepareStep: ({ stepNumber }: { stepNumber: number }) => (stepNumber > 0 ? { activeTools: [] } : {}),
    }),
  },
  { name: 'a model that fails', turns: [{ fails: { error: new TypeError('no power') } }] },
  {
    name: 'a model that fails late',
    turns: [{ text: ['Half a '], fails: { error: new TypeError('cut'), late: true } }],
  },
  {
    name: 'a model that fails in the second turn',
    turns: [{ tools: [add(1)] }, { fails: { error: new TypeError('no power') } }],
  },
  { name: 'instructions of a call', turns: [said('ok')], options: () => ({ instructions: 'Be kind.' }) },
  {
    name: 'settings of a call',
    turns: [said('ok')],
    options: () => ({ modelSettings: { temperature: 0.5 }, toolChoice: 'none' }),
  },
  {
    name: 'a tool of the call',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({ activeTools: ['add'] }),
  },
  { name: 'scorer data', turns: [said('ok')], options: () => ({ returnScorerData: true }) },
  { name: 'aborted while it speaks', turns: [{ text: ['a', 'b', 'c'], hangsAfter: 4 }], abortOnHang: true },
  {
    name: 'aborted in the second turn',
    turns: [{ tools: [add(1)] }, { text: ['a', 'b', 'c'], hangsAfter: 4 }],
    abortOnHang: true,
  },
  {
    name: 'a processor that changes the answer',
    turns: [said('secret')],
    agent: () => ({ outputProcessors: [shouting] }),
  },
  {
    name: 'an input that is refused',
    turns: [said('never')],
    agent: () => ({ inputProcessors: [refusing] }),
  },
  {
    name: 'an answer that is refused',
    turns: [said('bad ', 'words')],
    agent: () => ({ outputProcessors: [refusingAnswers] }),
  },
  {
    name: 'structured output',
    turns: [said('{"city":', '"Rome"}')],
    options: () => ({ structuredOutput: { schema: z.object({ city: z.string() }) } }),
  },
  {
    name: 'a model that fails has another in its place',
    turns: [said('never')],
    agent: () => ({
      model: [
        {
          model: scriptedModel([{ fails: { error: new TypeError('first is down') } }], { modelId: 'first' }),
          maxRetries: 0,
        },
        { model: scriptedModel([said('second')], { modelId: 'second' }), maxRetries: 0 },
      ],
    }),
  },
  {
    name: 'an agent as a tool',
    turns: [{ tools: [{ name: 'agent-helper', args: { prompt: 'Help.' }, id: 'help' }] }, said('thanks')],
    agent: () => ({ agents: { helper: helper() } }),
  },
  {
    name: 'a workflow as a tool',
    turns: [
      { tools: [{ name: 'workflow-double', args: { inputData: { n: 2 } }, id: 'double' }] },
      said('four'),
    ],
    agent: () => ({ workflows: { double: double() } }),
  },
  { name: 'without memory', turns: [{ tools: [add(1)] }, said('2')], agent: () => ({ memory: undefined }) },
  {
    name: 'with what was said before',
    turns: [said('again')],
    agent: () => ({ memory: new MockMemory() }),
    options: () => ({ context: [{ role: 'user', content: 'before' }] }),
  },
  {
    name: 'a task that is not complete',
    turns: [said('one'), said('two')],
    options: () => ({
      maxSteps: 3,
      isTaskComplete: {
        scorers: [{ id: 'done', name: 'done', run: async () => ({ score: 0, reason: 'not yet' }) }],
      },
    }),
  },
];

const shouting = {
  id: 'shouting',
  name: 'shouting',
  processOutputStream: async ({ part }: { part: { type: string; payload?: { text?: string } } }) =>
    part.type === 'text-delta'
      ? { ...part, payload: { ...part.payload, text: part.payload?.text?.toUpperCase() } }
      : part,
};

interface Aborting {
  abort: (reason: string) => never;
}

const refusing = {
  id: 'refusing',
  name: 'refusing',
  processInput: async ({ abort }: Aborting) => abort('not this'),
};

const refusingAnswers = {
  id: 'refusing-answers',
  name: 'refusing-answers',
  processOutputStep: async ({ abort }: Aborting) => abort('not so'),
};

function helper(): Agent {
  return new Agent({
    id: 'helper',
    name: 'helper',
    description: 'Helps',
    instructions: 'Help.',
    model: scriptedModel([said('I ', 'helped.')], { modelId: 'helper' }) as never,
  });
}

function double() {
  const schema = z.object({ n: z.number() });
  const step = createStep({
    id: 'double-it',
    inputSchema: schema,
    outputSchema: schema,
    execute: async ({ inputData }) => ({ n: inputData.n * 2 }),
  });
  return createWorkflow({ id: 'double', description: 'Doubles', inputSchema: schema, outputSchema: schema })
    .then(step)
    .commit();
}
