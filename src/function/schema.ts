import { MastraError } from '@mastra/core/error';

interface Issue {
  message: string;
  path?: readonly unknown[];
}

/** A Standard Schema, as far as validating needs it. */
export interface Schema {
  '~standard': { validate(value: unknown): unknown };
}

/**
 * A value after its schema, as core checks it.
 * @throws MastraError `WORKFLOW_SCHEMA_VALIDATION_FAILED`, with core's own message
 */
export async function validated(schema: Schema | undefined, value: unknown, type: string): Promise<unknown> {
  if (!schema) return value;
  const checked = await checkSchema(schema, value);
  if ('value' in checked) return checked.value;
  const list = checked.issues.map(issue => `- ${pathOf(issue.path)}: ${issue.message}`).join('\n');
  throw new MastraError({
    id: 'WORKFLOW_SCHEMA_VALIDATION_FAILED',
    domain: 'MASTRA_WORKFLOW',
    category: 'USER',
    text: `Invalid ${type}: \n${list}`,
    details: { type },
  });
}

function pathOf(path: readonly unknown[] | undefined): string {
  return (path ?? []).map(part => String((part as { key?: unknown }).key ?? part)).join('.');
}

/** Validates a value; answers the parsed value or the schema's issues. */
async function checkSchema(
  schema: Schema,
  value: unknown,
): Promise<{ value: unknown } | { issues: readonly Issue[] }> {
  const outcome = (await schema['~standard'].validate(value)) as {
    value: unknown;
    issues?: readonly Issue[];
  };
  return outcome.issues ? { issues: outcome.issues } : { value: outcome.value };
}
