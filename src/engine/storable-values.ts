/** One place that says what an op may hand to Inngest: values that can be stored, and no more in all than Inngest takes (I7). */
import { type ErrorPlace, MastraInngestError } from '../errors';
import { encodeValue, UnencodableValue } from '../wire/encode';
import type { Json } from '../wire/json';
import { jsonSize, LIMITS } from '../wire/limits';

/** Room in an op's 4 MiB for what accompanies the values of user code: times, labels, what the op told. */
const ENVELOPE = 64 * 1024;

/** Bytes of JSON that user code's values may take in one op, all together. */
const ROOM = LIMITS.stepOutput - ENVELOPE;

/** A value of user code, and what it is called in an error. */
export interface NamedValue {
  /** `output`, `state` … */
  name: string;
  /** Where the value stands; `$` for an output. */
  path: string;
  value: unknown;
  /** What of the value is stored, where that is not all of it. */
  stored?: ((encoded: Json) => Json) | undefined;
}

interface Owner extends ErrorPlace {
  workflowId: string;
}

/** @throws MastraInngestError `OUTPUT_NOT_SERIALIZABLE` or `OUTPUT_TOO_LARGE`, with the place. */
export function requireStorable(values: readonly NamedValue[], owner: Owner): void {
  const sizes = values.map(one => ({ ...one, size: sizeOf(one, owner) })).filter(({ size }) => size > 0);
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  if (total <= ROOM) return;
  const [largest, ...others] = sizes.sort((one, other) => other.size - one.size);
  const more = others.filter(({ size }) => size > ENVELOPE);
  const together =
    more.length === 0
      ? `has ${largest?.size} bytes`
      : `has, together with its ${more.map(({ name }) => name).join(' and its ')}, ${total} bytes`;
  throw new MastraInngestError(
    'OUTPUT_TOO_LARGE',
    `The ${largest?.name} of ${describe(owner)} ${together}, and Inngest stores at most ` +
      `${LIMITS.stepOutput} per step. Store it elsewhere and return a reference.`,
    { ...owner, path: largest?.path === '$' ? undefined : largest?.path },
  );
}

function sizeOf({ name, path, value, stored }: NamedValue, owner: Owner): number {
  if (value === undefined || value === null) return 0;
  try {
    const encoded = encodeValue(value, path);
    return jsonSize(stored ? stored(encoded) : encoded);
  } catch (error) {
    throw notSerializable(name, error, owner);
  }
}

function notSerializable(name: string, error: unknown, owner: Owner): MastraInngestError {
  const path = error instanceof UnencodableValue ? error.path : undefined;
  const reason = error instanceof UnencodableValue ? error.message : 'It is too large for any text';
  return new MastraInngestError(
    'OUTPUT_NOT_SERIALIZABLE',
    `The ${name} of ${describe(owner)} can't be stored: ${reason}. ` +
      'Return plain data (the values that can be stored are listed in docs/values.md).',
    { ...owner, path },
    { cause: error },
  );
}

function describe({ stepId, workflowId }: Owner): string {
  return `${stepId === undefined ? '' : `step ${stepId} of `}workflow ${workflowId}`;
}
