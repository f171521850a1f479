import { type Step, createStep } from '@mastra/core/workflows';
import { NATIVE_COMPONENT, NATIVE_STEP, type NativeStep } from '../brand';
import { MastraInngestError } from '../errors';

/**
 * Marks a step as native: its `execute` runs outside an op, again on every request, and may use Inngest's own tools
 * (`engine.step.run / waitForEvent / sendEvent / invoke / ai / fetch / sleep`) under Inngest's rules: everything observable
 * belongs into one of them. Mastra's `retries` do not apply to it.
 * @param step What `createStep` gave. It is marked in place.
 * @returns The same step.
 * @example
 * const charge = nativeStep(
 *   createStep({
 *     id: 'charge',
 *     inputSchema: z.object({ amount: z.number() }),
 *     outputSchema: z.object({ receipt: z.string() }),
 *     execute: async ({ inputData, engine }) => engine.step.run('pay', () => pay(inputData.amount)),
 *   }),
 * );
 */
export function nativeStep<T extends { readonly id: string }>(step: T): T {
  return Object.assign(step, { [NATIVE_STEP]: true, component: NATIVE_COMPONENT } satisfies NativeStep);
}

/** A schema, as far as a step's output needs one. */
type OutputSchema = Parameters<typeof createStep>[0] extends infer P
  ? P extends { outputSchema: infer S }
    ? S
    : never
  : never;

/** What a `waitForEvent` step knows when it begins to wait. */
export interface WaitContext {
  inputData: unknown;
  runId: string;
}

/** Options of {@link waitForEvent}. */
export interface WaitForEventOptions<Schema = unknown> {
  /** The step's id. */
  id: string;
  /** Name of the event to wait for. */
  event: string;
  /**
   * Path that must be equal in the event that started the run and in the awaited one. What `start()` was given is below
   * `data.inputData` in the first, so the event that is sent has to have it there, too: `data.inputData.orderId`. For any other
   * event use `if`.
   */
  match?: string;
  /**
   * Inngest expression over `event` (what started the run) and `async` (the awaited event); or a function of the step's
   * input that makes one: `({ inputData }) => "async.data.orderId == '" + inputData.id + "'"`.
   */
  if?: string | ((context: WaitContext) => string);
  /** How long to wait: a text such as `'3d'` or `'2h'`, or a number of milliseconds. */
  timeout: string | number;
  /** Schema of the event's data, of any library that follows Standard Schema (zod …). Data that does not fit fails the step. */
  schema?: Schema;
}

/** What a `waitForEvent` step gives: the event's data as the schema makes it, null when the time ran out. */
export type EventData<Schema> = Schema extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly output: infer Output }
    ? Output | null
    : unknown
  : unknown;

interface WaitTools {
  waitForEvent(id: string, options: Record<string, unknown>): Promise<{ data?: unknown } | null>;
}

/**
 * A step that waits for an event, e.g. a person's approval: its output is the event's data, or null when the time ran out
 * (Inngest documentation, "Wait for event"). While it waits, the run's status is `waiting`.
 * @throws MastraInngestError `INVALID_WORKFLOW_OPTION` for `match` and `if` at once, or a missing timeout; in the run,
 * `INVALID_EVENT_DATA` for an event that does not fit the schema
 * @example
 * const approval = waitForEvent({
 *   id: 'approval',
 *   event: 'order/approved',
 *   if: ({ inputData }) => `async.data.orderId == '${(inputData as { orderId: string }).orderId}'`,
 *   timeout: '3d',
 *   schema: z.object({ orderId: z.string(), by: z.string() }),
 * });
 */
export function waitForEvent<Schema = undefined>(
  options: WaitForEventOptions<Schema>,
): Step<string, unknown, unknown, EventData<Schema>> {
  const { id, event, match, timeout } = options;
  const schema = options.schema as StandardSchema | undefined;
  if (match !== undefined && options.if !== undefined) {
    throw new MastraInngestError(
      'INVALID_WORKFLOW_OPTION',
      `waitForEvent "${id}" has both \`match\` and \`if\`; Inngest takes one of them.`,
      { stepId: id },
    );
  }
  if (timeout === undefined) {
    throw new MastraInngestError(
      'INVALID_WORKFLOW_OPTION',
      `waitForEvent "${id}" has no \`timeout\`. Say how long it waits at most, e.g. '7d'.`,
      { stepId: id },
    );
  }
  const step = createStep({
    id,
    inputSchema: anything as never,
    outputSchema: (schema ? nullable(schema) : anything) as OutputSchema as never,
    execute: async ({ inputData, runId, engine }) => {
      const condition = typeof options.if === 'function' ? options.if({ inputData, runId }) : options.if;
      const tools = (engine as { step: WaitTools }).step;
      const received = await tools.waitForEvent(`${id} (event)`, {
        event,
        timeout,
        ...(match === undefined ? {} : { match }),
        ...(condition === undefined ? {} : { if: condition }),
      });
      if (!received) return null as never;
      return (schema ? await parse(schema, received.data, id) : received.data) as never;
    },
  });
  return Object.assign(nativeStep(step) as never, { [NATIVE_STEP]: 'waits' } satisfies NativeStep);
}

interface StandardSchema {
  '~standard': {
    version: 1;
    vendor: string;
    validate(value: unknown): unknown;
    jsonSchema?: unknown;
  };
}

const emptyJsonSchema = { input: () => ({}), output: () => ({}) };

const anything: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'mastra-inngest',
    validate: value => ({ value }),
    jsonSchema: emptyJsonSchema,
  },
};

/** The same schema, but null is fine: the time ran out. */
function nullable(schema: StandardSchema): StandardSchema {
  const standard = schema['~standard'];
  const validate = (value: unknown) => (value === null ? { value } : standard.validate(value));
  return {
    '~standard': {
      version: 1,
      vendor: 'mastra-inngest',
      validate,
      jsonSchema: standard.jsonSchema ?? emptyJsonSchema,
    },
  };
}

async function parse(schema: StandardSchema, value: unknown, stepId: string): Promise<unknown> {
  const outcome = (await schema['~standard'].validate(value)) as {
    value?: unknown;
    issues?: { message: string }[];
  };
  if (!outcome.issues) return outcome.value;
  throw new MastraInngestError(
    'INVALID_EVENT_DATA',
    `The event that waitForEvent "${stepId}" got does not fit its schema: ${outcome.issues.map(i => i.message).join('; ')}`,
    { stepId },
  );
}
