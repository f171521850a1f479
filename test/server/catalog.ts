/** The workflows that the server's routes are tried on, built alike for core's default engine and for Inngest. */
import { createStep as coreStep, createWorkflow as coreWorkflow } from '@mastra/core/workflows';
import { init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { z } from 'zod';
import { Gate } from './gate';

type Builders = { createWorkflow: typeof coreWorkflow; createStep: typeof coreStep };

const name = z.object({ name: z.string() });
const text = z.object({ text: z.string() });
const answer = z.object({ approved: z.boolean() });

/** What one server offers, and the gate at which its `slow` workflow waits. */
export interface Catalog {
  workflows: Record<string, unknown>;
  gate: Gate;
}

export function catalog(inngest?: Inngest.Any): Catalog {
  const gate = new Gate();
  const builders: Builders = inngest
    ? (init(inngest) as unknown as Builders)
    : { createWorkflow: coreWorkflow, createStep: coreStep };
  return { gate, workflows: { ...lines(builders), ...waiting(builders, gate), ...fans(builders) } };
}

function lines({ createWorkflow, createStep }: Builders) {
  const greet = createStep({
    id: 'greet',
    inputSchema: name,
    outputSchema: text,
    execute: async ({ inputData, writer, state, setState }) => {
      await writer.write({ note: `writing to ${inputData.name}` });
      await writer.custom({ type: 'data-mood', data: { mood: 'bright' } });
      await setState({ ...(state as object), greeted: inputData.name });
      return { text: `hello ${inputData.name}` };
    },
  });
  const shout = createStep({
    id: 'shout',
    inputSchema: text,
    outputSchema: text,
    execute: async ({ inputData }) => ({ text: inputData.text.toUpperCase() }),
  });
  const line = createWorkflow({
    id: 'line',
    description: 'two steps in a row',
    inputSchema: name,
    outputSchema: text,
    stateSchema: z.object({ greeted: z.string().optional(), who: z.string().optional() }),
  })
    .then(greet)
    .then(shout)
    .commit();
  const whoami = createStep({
    id: 'whoami',
    inputSchema: name,
    outputSchema: z.any(),
    execute: async ({ requestContext, resourceId }) => ({
      tenant: (requestContext as { get(key: string): unknown }).get('tenant'),
      resourceId,
    }),
  });
  const asked = createWorkflow({ id: 'asked', inputSchema: name, outputSchema: z.any() })
    .then(whoami)
    .commit();
  const fail = createStep({
    id: 'fail',
    inputSchema: name,
    outputSchema: text,
    execute: async () => {
      throw new RangeError('the well is dry');
    },
  });
  const failing = createWorkflow({ id: 'failing', inputSchema: name, outputSchema: text })
    .then(fail)
    .commit();
  return { line, asked, failing };
}

function waiting({ createWorkflow, createStep }: Builders, gate: Gate) {
  const ask = createStep({
    id: 'ask',
    inputSchema: name,
    outputSchema: text,
    suspendSchema: z.object({ question: z.string() }),
    resumeSchema: answer,
    execute: async ({ inputData, resumeData, suspend }) => {
      if (!resumeData)
        return (await suspend({ question: `let ${inputData.name} in?` }, { resumeLabel: 'door' })) as never;
      return { text: resumeData.approved ? `in: ${inputData.name}` : `out: ${inputData.name}` };
    },
  });
  const tell = createStep({
    id: 'tell',
    inputSchema: text,
    outputSchema: text,
    execute: async ({ inputData, writer }) => {
      await writer.custom({ type: 'data-told', data: { told: inputData.text } });
      return { text: `${inputData.text}!` };
    },
  });
  const approval = createWorkflow({ id: 'approval', inputSchema: name, outputSchema: text })
    .then(ask)
    .then(tell)
    .commit();
  const inner = createWorkflow({ id: 'inner', inputSchema: name, outputSchema: text }).then(ask).commit();
  const outer = createWorkflow({ id: 'outer', inputSchema: name, outputSchema: text })
    .then(inner)
    .then(tell)
    .commit();
  const hold = createStep({
    id: 'hold',
    inputSchema: text,
    outputSchema: text,
    execute: async ({ inputData, runId, writer, abortSignal }) => {
      await writer.write({ note: 'at the gate' });
      await gate.pass(runId, abortSignal);
      return inputData;
    },
  });
  const begin = createStep({
    id: 'begin',
    inputSchema: name,
    outputSchema: text,
    execute: async ({ inputData }) => ({ text: inputData.name }),
  });
  const slow = createWorkflow({ id: 'slow', inputSchema: name, outputSchema: text })
    .then(begin)
    .then(hold)
    .then(tell)
    .commit();
  return { approval, outer, slow };
}

function fans({ createWorkflow, createStep }: Builders) {
  const upper = createStep({
    id: 'upper',
    inputSchema: name,
    outputSchema: text,
    execute: async ({ inputData }) => ({ text: inputData.name.toUpperCase() }),
  });
  const lower = createStep({
    id: 'lower',
    inputSchema: name,
    outputSchema: text,
    execute: async ({ inputData }) => ({ text: inputData.name.toLowerCase() }),
  });
  const both = createWorkflow({ id: 'both', inputSchema: name, outputSchema: z.any() })
    .parallel([upper, lower])
    .commit();
  const measure = createStep({
    id: 'measure',
    inputSchema: z.string(),
    outputSchema: z.number(),
    execute: async ({ inputData, writer }) => {
      await writer.write({ measured: inputData });
      return inputData.length;
    },
  });
  const each = createWorkflow({ id: 'each', inputSchema: z.array(z.string()), outputSchema: z.any() })
    .foreach(measure)
    .commit();
  const review = createStep({
    id: 'review',
    inputSchema: z.string(),
    outputSchema: z.string(),
    resumeSchema: answer,
    execute: async ({ inputData, resumeData, suspend }) => {
      if (!resumeData) return (await suspend({ item: inputData })) as never;
      return `${inputData}: ${resumeData.approved}`;
    },
  });
  const reviews = createWorkflow({ id: 'reviews', inputSchema: z.array(z.string()), outputSchema: z.any() })
    .foreach(review)
    .commit();
  const wrapped = createWorkflow({ id: 'wrapped', inputSchema: name, outputSchema: z.any() })
    .then(both as never)
    .commit();
  return { both, each, reviews, wrapped };
}
