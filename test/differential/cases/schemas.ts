import { z } from 'zod';
import type { Case, StepContext } from '../kit';
import { chain, child, define, echo, plus } from './parts';

const number = z.object({ value: z.number() });
const text = z.object({ value: z.string() });

export const schemas: Case[] = [
  define('schema-step-input-fits', kit => chain(kit, [echo(kit, 'one', { inputSchema: number })])),
  define('schema-step-input-refused', kit =>
    chain(kit, [plus(kit, 'one'), echo(kit, 'two', { inputSchema: text })]),
  ),
  define('schema-step-input-refused-is-retried', kit =>
    chain(kit, [echo(kit, 'one', { inputSchema: text })], { retryConfig: { attempts: 2 } }),
  ),
  define('schema-step-input-defaults', kit =>
    chain(kit, [
      plus(kit, 'one'),
      echo(kit, 'two', { inputSchema: z.object({ value: z.number(), more: z.string().default('given') }) }),
    ]),
  ),
  define('schema-step-input-transforms', kit =>
    chain(kit, [
      echo(kit, 'one', { inputSchema: z.object({ value: z.number().transform(String) }) }),
      echo(kit, 'two'),
    ]),
  ),
  define('schema-step-input-strips', kit =>
    chain(kit, [
      kit.step('one', () => ({ value: 1, extra: true })),
      echo(kit, 'two', { inputSchema: number }),
    ]),
  ),
  define('schema-step-output-ignored', kit =>
    chain(kit, [kit.step('one', () => ({ wrong: true }), { outputSchema: number }), echo(kit, 'two')]),
  ),
  define('schema-workflow-input-refused', kit => chain(kit, [echo(kit, 'one')], { inputSchema: text })),
  define('schema-workflow-input-defaults', kit =>
    chain(kit, [echo(kit, 'one')], {
      inputSchema: z.object({ value: z.number(), more: z.number().default(5) }),
    }),
  ),
  define('schema-workflow-input-transforms', kit =>
    chain(kit, [kit.step('one', ({ inputData, getInitData }) => [inputData, getInitData<unknown>()])], {
      inputSchema: z.object({ value: z.number().transform(value => value * 2) }),
    }),
  ),
  define('schema-workflow-output-ignored', kit => chain(kit, [echo(kit, 'one')], { outputSchema: text })),
  define('schema-not-validated', kit =>
    chain(kit, [echo(kit, 'one', { inputSchema: text }), echo(kit, 'two', { inputSchema: text })], {
      inputSchema: text,
      options: { validateInputs: false },
    }),
  ),
  define(
    'schema-not-validated-no-defaults',
    kit =>
      chain(kit, [echo(kit, 'one', { inputSchema: z.object({ value: z.number().default(5) }) })], {
        options: { validateInputs: false },
      }),
    { input: {} },
  ),
  define(
    'schema-request-context-fits',
    kit => chain(kit, [echo(kit, 'one')], { requestContextSchema: z.object({ user: z.string() }) }),
    { start: { requestContext: { user: 'ada' } } },
  ),
  define(
    'schema-request-context-refused',
    kit => chain(kit, [echo(kit, 'one')], { requestContextSchema: z.object({ user: z.string() }) }),
    { start: { requestContext: { user: 7 } } },
  ),
  define('schema-step-request-context-refused', kit =>
    chain(kit, [echo(kit, 'one', { requestContextSchema: z.object({ user: z.string() }) })]),
  ),
  define('schema-in-parallel-refused', kit =>
    kit
      .workflow()
      .parallel([echo(kit, 'a', { inputSchema: text }), echo(kit, 'b', { inputSchema: number })])
      .commit(),
  ),
  define('schema-in-loop-refused-in-turn-two', kit =>
    kit
      .workflow()
      .dountil(
        kit.step('turn', () => ({ value: 'no number' }), { inputSchema: number }),
        kit.fn('never', async (_context: StepContext) => false),
      )
      .commit(),
  ),
  define('nested-inherits-validate-inputs', kit => {
    const defaults = z.object({ value: z.number(), more: z.number().default(5) });
    const inner = child(kit, 'inner', [echo(kit, 'one', { inputSchema: defaults })], { inputSchema: text });
    return chain(kit, [inner, echo(kit, 'end')], { options: { validateInputs: false } });
  }),
];
