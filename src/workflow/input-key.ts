import { MastraInngestError } from '../errors';

/** Paths of an input, `user.id` among them; four levels deep, since a type may contain itself. */
type PathOf<T, TDepth extends 0[] = [0, 0, 0]> = unknown extends T
  ? string
  : T extends readonly unknown[] | Date | ((...args: never[]) => unknown)
    ? never
    : T extends object
      ? {
          [K in keyof T & string]-?:
            | K
            | (TDepth extends [0, ...infer TRest extends 0[]]
                ? `${K}.${PathOf<NonNullable<T[K]>, TRest>}`
                : `${K}.${string}`);
        }[keyof T & string]
      : never;

/** Names that CEL's grammar keeps for itself, also behind a dot. */
const RESERVED = ['true', 'false', 'null', 'in'];

/**
 * The key of Inngest's options (`concurrency.key`, `idempotency`, …) for a value of the workflow's input: `start()` puts the
 * input below `event.data.inputData`. With the input's type, `inputKey<Input>('user.id')`, a wrong path does not compile.
 * @throws MastraInngestError `INVALID_WORKFLOW_OPTION` for a path with an empty part
 * @example
 * createWorkflow({
 *   id: 'report',
 *   inputSchema: z.object({ userId: z.string() }),
 *   outputSchema: z.object({ sent: z.number() }),
 *   concurrency: { limit: 1, key: inputKey('userId') },
 * });
 * inputKey('user.id'); // event.data.inputData.user.id
 * inputKey('order-id'); // event.data.inputData["order-id"]
 */
export function inputKey<TInput = unknown>(path: PathOf<TInput>): string {
  const parts = typeof path === 'string' ? path.split('.') : [''];
  if (parts.includes('')) {
    throw new MastraInngestError(
      'INVALID_WORKFLOW_OPTION',
      `inputKey(${JSON.stringify(path)}): the path has an empty part. Name a value of the input, such as "userId" or "user.id".`,
    );
  }
  return `event.data.inputData${parts.map(selection).join('')}`;
}

function selection(part: string): string {
  return /^[A-Za-z_]\w*$/.test(part) && !RESERVED.includes(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
}
