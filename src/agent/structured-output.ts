/**
 * The schema of a call's structured output. Core puts it into the run's input as it was given, and JSON would make of a schema of zod's what
 * no provider understands. And Inngest sorts the fields of what it stores, while a model answers in the order of the schema.
 * So it travels as text.
 */
import { standardSchemaToJSONSchema, toStandardSchema } from '@mastra/core/schema';
import { isRecord } from '../wire/json';

/** The options of a run, as far as they are read here. */
interface Options {
  structuredOutput?: unknown;
  mastraInngest?: { schema?: string };
}

/** JSON Schema of the run's structured output, as text; undefined where core gave the run none. */
export function schemaText({ structuredOutput }: Options): string | undefined {
  if (!isRecord(structuredOutput) || !isRecord(structuredOutput.schema)) return undefined;
  const { schema } = structuredOutput;
  const isLive = '~standard' in schema;
  return JSON.stringify(isLive ? standardSchemaToJSONSchema(toStandardSchema(schema as never)) : schema);
}

/** The same options without the schema that travels as text. */
export function withoutSchema<T extends Options>(options: T): T {
  const { structuredOutput } = options;
  if (!isRecord(structuredOutput)) return options;
  const { schema: _schema, ...others } = structuredOutput;
  return { ...options, structuredOutput: others };
}

/** What a model's step is given, with the schema in its place. */
export function withSchema(inputData: unknown): unknown {
  const { options } = inputData as { options?: Options };
  const text = options?.mastraInngest?.schema;
  if (!isRecord(inputData) || text === undefined) return inputData;
  const structuredOutput = { ...(options?.structuredOutput as object), schema: JSON.parse(text) as unknown };
  return { ...inputData, options: { ...options, structuredOutput } };
}
