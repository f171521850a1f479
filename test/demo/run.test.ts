import { createStep, createWorkflow } from '@mastra/core/workflows';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { freePorts, printedResult, startDemo } from './demo';

/** A dountil loop runs its body before it looks at its condition, so 12 becomes 13. */
const expectations = [
  { value: 3, turns: 7, result: 10 },
  { value: 5, turns: 5, result: 10 },
  { value: 12, turns: 1, result: 13 },
];

describe('npm run demo', () => {
  it.each(expectations)(
    'counts from $value to $result and exits with 0',
    async ({ value, turns, result }) => {
      const demo = startDemo(['--value', String(value)], await freePorts());
      try {
        expect(await demo.exitCode, demo.output).toBe(0);
        expect(printedResult(demo)).toEqual({
          runId: expect.any(String) as string,
          status: 'success',
          result: { value: result },
        });
        expect(demo.stdout).toContain(`"value": ${result}`);
        expect(linesWith(demo.stdout, '▶ increment-once')).toHaveLength(turns);
        expect(linesWith(demo.stdout, '✓ increment-once')).toHaveLength(turns);
        expect(linesWith(demo.stdout, '│ ✓ increment ')).toHaveLength(turns);
        expect(linesWith(demo.stdout, '│ ✓ side-effect ')).toHaveLength(turns);
        expect(linesWith(demo.stdout, '✓ final')).toHaveLength(1);
        expect(linesWith(demo.stdout, 'the workflow is finished')).toHaveLength(1);
        expect(demo.stderr).toBe('');
      } finally {
        await demo.stop();
      }
    },
  );

  it.each(expectations)("expects what Mastra's own engine gives from $value", async ({ value, result }) => {
    const counter = z.object({ value: z.number() });
    const increment = createStep({
      id: 'increment',
      inputSchema: counter,
      outputSchema: counter,
      execute: async ({ inputData }) => ({ value: inputData.value + 1 }),
    });
    const once = createWorkflow({ id: 'once', inputSchema: counter, outputSchema: counter })
      .then(increment)
      .commit();
    const loop = createWorkflow({ id: 'loop', inputSchema: counter, outputSchema: counter })
      .dountil(once, async ({ inputData }) => (inputData as { value: number }).value >= 10)
      .commit();
    const run = await loop.createRun();
    expect(await run.start({ inputData: { value } })).toMatchObject({
      status: 'success',
      result: { value: result },
    });
  });
});

describe('npm run demo -- --serve', () => {
  it('leaves the server and the app running until it is interrupted', async () => {
    const ports = await freePorts();
    const demo = startDemo(['--serve'], ports);
    try {
      await demo.prints(/keep running until Ctrl-C/);
      const [functions, workflows] = await Promise.all([
        fetch(`http://127.0.0.1:${ports.inngest}/dev`),
        fetch(`http://127.0.0.1:${ports.app}/mastra/workflows`),
      ]);
      expect(functions.status).toBe(200);
      expect(Object.keys((await workflows.json()) as object)).toContain('incrementWorkflow');
      demo.signal('SIGINT');
      expect(await demo.exitCode, demo.output).toBe(0);
    } finally {
      await demo.stop();
    }
  });
});

const linesWith = (text: string, part: string) => text.split('\n').filter(line => line.includes(part));
