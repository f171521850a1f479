/** Tools and agents as steps. */
import { Agent } from '@mastra/core/agent';
import { createMockModel } from '@mastra/core/test-utils/llm-mock';
import { createTool } from '@mastra/core/tools';
import { createStep } from '@mastra/core/workflows';
import { z } from 'zod';
import type { Case, Kit, StepContext } from '../kit';
import { define, echo, plus } from './parts';

const number = z.object({ value: z.number() });

function doubling(
  kit: Kit,
  execute: (input: { value: number }) => unknown = ({ value }) => ({ value: value * 2 }),
) {
  return createTool({
    id: 'doubles',
    description: 'doubles a number',
    inputSchema: number,
    outputSchema: z.any(),
    execute: kit.fn('tool', async (input: { value: number }) => execute(input)) as never,
  });
}

function parrot(text: string) {
  return new Agent({
    id: 'parrot',
    name: 'Parrot',
    instructions: 'Say it again.',
    model: createMockModel({ mockText: text, version: 'v2' }) as never,
  });
}

export const components: Case[] = [
  define('tool-step', kit =>
    kit
      .workflow()
      .then(createStep(doubling(kit)))
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('tool-entry', kit => kit.workflow().tool(doubling(kit)).then(echo(kit, 'end')).commit()),
  define('tool-entry-with-id', kit => kit.workflow().tool(doubling(kit), {}, { id: 'my-tool' }).commit()),
  define('tool-in-parallel', kit =>
    kit
      .workflow()
      .parallel([createStep(doubling(kit)), plus(kit, 'plain')])
      .commit(),
  ),
  define('tool-in-loop', kit =>
    kit
      .workflow()
      .dountil(
        createStep(doubling(kit)),
        kit.fn('enough', async ({ inputData }: StepContext) => inputData.value >= 8),
      )
      .commit(),
  ),
  define(
    'tool-in-foreach',
    kit =>
      kit
        .workflow()
        .foreach(createStep(doubling(kit)))
        .commit(),
    {
      input: [{ value: 1 }, { value: 2 }],
    },
  ),
  define('tool-throws', kit =>
    kit
      .workflow()
      .then(
        createStep(
          doubling(kit, () => {
            throw new RangeError('tool is broken');
          }),
        ),
      )
      .commit(),
  ),
  define('tool-retried', kit => {
    const tool = doubling(kit, () => {
      throw new Error('again');
    });
    return kit
      .workflow()
      .then(createStep(tool, { retries: 2 } as never))
      .commit();
  }),
  define(
    'tool-input-refused',
    kit =>
      kit
        .workflow()
        .then(createStep(doubling(kit)))
        .commit(),
    { input: { value: 'x' } },
  ),
  define('agent-step', kit =>
    kit
      .workflow()
      .map(kit.fn('mapper', async () => ({ prompt: 'Say hello' })))
      .then(createStep(parrot('hello there')))
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('agent-entry', kit => kit.workflow().agent(parrot('hello')).commit(), {
    input: { prompt: 'Say hello' },
  }),
  define(
    'agent-structured',
    kit =>
      kit
        .workflow()
        .then(
          createStep(parrot('{"name":"ada"}'), {
            structuredOutput: { schema: z.object({ name: z.string() }) },
          } as never),
        )
        .then(echo(kit, 'end'))
        .commit(),
    { input: { prompt: 'Who?' } },
  ),
  define(
    'agent-in-parallel',
    kit =>
      kit
        .workflow()
        .parallel([createStep(parrot('hello')), echo(kit, 'plain')])
        .commit(),
    { input: { prompt: 'Say hello' } },
  ),
];
