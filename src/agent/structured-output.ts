import { standardSchemaToJSONSchema, toStandardSchema } from '@mastra/core/schema';
import { isRecord } from '../wire/json';

/** What a call is to answer with, as core puts it into a run's input. */
interface StructuredOutput {
  schema?: unknown;
}

/**
 * A run's options with their schema as JSON Schema: core puts a schema of zod's there as it is, and JSON would make of it something that
 * no provider understands.
 */
export function withPlainSchema<T extends { structuredOutput?: StructuredOutput }>(options: T): T {
  const { structuredOutput } = options;
  if (!isRecord(structuredOutput) || !isLive(structuredOutput.schema)) return options;
  const schema = standardSchemaToJSONSchema(toStandardSchema(structuredOutput.schema as never));
  return { ...options, structuredOutput: { ...structuredOutput, schema } };
}

/** A schema with code (source: standardschema.dev, `~standard`). */
function isLive(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && '~standard' in schema;
}
