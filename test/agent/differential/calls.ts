/** What a call can be given. */
import { RequestContext } from '@mastra/core/request-context';
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';
import type { Note, Script } from '../support/script';
import { scriptedModel } from '../support/scripted-model';

const said = (...text: string[]) => ({ text });
const add = (n: number) => ({ name: 'add', args: { n }, id: `add-${n}` });
const called = (name: string) => ({ name, args: { n: 1 }, id: `${name}-1` });
const number = z.object({ n: z.number() });

/** What a tool is told beside its input. */
interface Told {
  requestContext?: { get(key: string): unknown };
  toolCallId?: string;
  agent?: {
    agentId?: string;
    toolCallId?: string;
    threadId?: string;
    resourceId?: string;
    messages?: unknown[];
  };
  abortSignal?: AbortSignal;
  mastra?: unknown;
}

const telling = (note: Note, more: object = {}) =>
  createTool({
    id: 'telling',
    description: 'Notes what it is told',
    inputSchema: number,
    execute: async ({ n }, told) => {
      const { requestContext, agent, abortSignal, mastra } = told as unknown as Told;
      const { agentId, toolCallId, threadId, resourceId, messages } = agent ?? {};
      note('told', {
        n,
        tenant: requestContext?.get('tenant'),
        ...{ agentId, toolCallId, threadId, resourceId },
        messages,
        abortSignal: abortSignal instanceof AbortSignal,
        mastra: mastra !== undefined,
      });
      return { n };
    },
    ...more,
  });

const tenant = () => new RequestContext([['tenant', 'acme'] as never]);

export const CALLS: Script[] = [
  {
    name: 'provider options and headers',
    turns: [said('ok')],
    options: () => ({
      providerOptions: { test: { effort: 'low' } },
      modelSettings: { headers: { 'x-call': 'one' }, maxOutputTokens: 9, topP: 0.1, seed: 3 },
    }),
  },
  {
    name: 'tool choice: required',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({ toolChoice: 'required' }),
  },
  {
    name: 'tool choice: one tool',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({ toolChoice: { type: 'tool', toolName: 'add' } }),
  },
  { name: 'no active tools', turns: [said('none')], options: () => ({ activeTools: [] }) },
  {
    name: 'a tool that only its client has',
    turns: [{ tools: [called('blink')] }, said('never')],
    options: () => ({ clientTools: { blink: { id: 'blink', description: 'Blinks', inputSchema: number } } }),
  },
  {
    name: 'a set of tools for the call',
    turns: [{ tools: [called('telling')] }, said('told')],
    options: note => ({ toolsets: { more: { telling: telling(note) } } }),
  },
  {
    name: 'what a tool is told',
    turns: [{ tools: [called('telling')] }, said('told')],
    agent: note => ({ tools: { telling: telling(note) } }),
    options: () => ({ requestContext: tenant() }),
  },
  {
    name: 'a tool that shows the model something else',
    turns: [{ tools: [called('telling')] }, said('told')],
    agent: note => ({
      tools: {
        telling: telling(note, {
          toModelOutput: ({ n }: { n: number }) => ({ type: 'text', value: `<${n}>` }),
        }),
      },
    }),
  },
  {
    name: 'a tool whose result has another form than it says',
    turns: [{ tools: [called('telling')] }, said('told')],
    agent: note => ({ tools: { telling: telling(note, { outputSchema: z.object({ sum: z.number() }) }) } }),
  },
  {
    name: 'a tool that notes its input as it comes',
    turns: [
      {
        parts: [
          { type: 'tool-input-start', id: 'telling-1', toolName: 'telling' },
          { type: 'tool-input-delta', id: 'telling-1', delta: '{"n":' },
          { type: 'tool-input-delta', id: 'telling-1', delta: '1}' },
          { type: 'tool-input-end', id: 'telling-1' },
        ],
        tools: [called('telling')],
      },
      said('told'),
    ],
    agent: note => ({
      tools: {
        telling: telling(note, {
          onInputAvailable: ({ input }: { input: unknown }) => note('available', input),
          onOutput: ({ output }: { output: unknown }) => note('output', output),
        }),
      },
    }),
  },
  {
    name: 'instructions, model and tools by request',
    turns: [said('never')],
    agent: note => ({
      instructions: ({ requestContext }: Required<Told>) => `Serve ${String(requestContext.get('tenant'))}.`,
      model: ({ requestContext }: Required<Told>) => {
        const modelId = `model of ${String(requestContext.get('tenant'))}`;
        return scriptedModel([{ tools: [called('telling')] }, said('ok')], {
          modelId,
          onCall: ({ prompt }) => note('prompt', prompt),
        });
      },
      tools: () => ({ telling: telling(note) }),
    }),
    options: () => ({ requestContext: tenant() }),
  },
  {
    name: 'approval by a function',
    turns: [{ tools: [add(1), add(50)] }, said('both')],
    options: () => ({
      requireToolApproval: ({ args }: { args: { n: number } }) => args.n > 10,
    }),
  },
  {
    name: 'approval by a function of the tool',
    turns: [{ tools: [called('telling')] }, said('told')],
    agent: note => ({
      tools: { telling: telling(note, { requireApproval: ({ n }: { n: number }) => n > 0 }) },
    }),
  },
  { name: 'system of a call', turns: [said('ok')], options: () => ({ system: 'Be quick.' }) },
  {
    name: 'defaults of the agent',
    turns: [{ tools: [add(1)] }, { tools: [add(2)] }, said('3')],
    agent: () => ({
      defaultOptions: {
        maxSteps: 2,
        modelSettings: { temperature: 0.2 },
        providerOptions: { test: { effort: 'high' } },
      },
    }),
  },
  {
    name: 'turns one after the other',
    turns: [{ tools: [add(1), add(2)] }, said('both')],
    options: () => ({ toolCallConcurrency: 1 }),
  },
  {
    name: 'prepareStep changes model, messages and settings',
    turns: [{ tools: [add(1)] }, said('never')],
    options: note => ({
      prepareStep: ({ stepNumber, steps }: { stepNumber: number; steps: unknown[] }) => {
        note('prepare', { stepNumber, steps: steps.length });
        if (stepNumber === 0) return { toolChoice: 'required', modelSettings: { temperature: 1 } };
        return { model: scriptedModel([{}, said('other')], { modelId: 'other' }) };
      },
    }),
  },
  {
    name: 'models with settings of their own',
    turns: [said('never')],
    agent: note => ({
      model: [
        { model: failing('first'), maxRetries: 1 },
        { model: failing('second'), maxRetries: 0 },
        {
          model: scriptedModel([said('third')], { modelId: 'third', onCall: call => note('third', call) }),
          modelSettings: { temperature: 0.9 },
          providerOptions: { test: { third: true } },
          headers: { 'x-model': 'third' },
        },
      ],
    }),
  },
  {
    name: 'all models fail',
    turns: [said('never')],
    agent: () => ({
      model: [
        { model: failing('first'), maxRetries: 0 },
        { model: failing('second'), maxRetries: 0 },
      ],
    }),
  },
  {
    name: 'a request context that has to be of a form',
    turns: [{ tools: [called('telling')] }, said('ok')],
    agent: note => ({
      requestContextSchema: z.object({ tenant: z.string() }),
      tools: { telling: telling(note, { requestContextSchema: z.object({ tenant: z.string() }) }) },
    }),
    options: () => ({ requestContext: tenant() }),
  },
  {
    name: 'payloads of tools that are shown otherwise',
    turns: [{ tools: [add(1)] }, said('2')],
    options: () => ({
      transform: {
        targets: ['display', 'transcript'],
        transformToolPayload: ({ phase }: { phase: string }) => ({ hidden: phase }),
      },
    }),
  },
];

function failing(modelId: string) {
  return scriptedModel([{ fails: { error: new TypeError(`${modelId} is down`) } }], { modelId });
}
