/** Makes an error that can be stored of whatever was thrown, so that none is lost without a word (I7). */
import { reasonOf } from '../errors';
import { TripWire } from '@mastra/core/agent';
import { MastraNonRetryableError, getErrorFromUnknown } from '@mastra/core/error';
import { decodeValue } from './decode';
import { encodeTolerantly } from './tolerant';

/** An error takes at most this much JSON, of the 4 MiB that Inngest stores of a step. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** Classes that core tells apart; everything else of an error is in its fields. */
const KNOWN_CLASSES = [TripWire, MastraNonRetryableError];

/** The error as it comes back from the store. Never throws. */
export function storableError(
  thrown: unknown,
  {
    most = MAX_ERROR_BYTES,
    fallbackMessage = 'Unknown error',
  }: { most?: number; fallbackMessage?: string } = {},
): Error {
  const decoded = decodeValue(encodeTolerantly(asError(thrown, fallbackMessage), most));
  const error = decoded instanceof Error ? decoded : new TypeError(String(decoded));
  const known = KNOWN_CLASSES.find(one => isOf(thrown, one));
  if (known) Object.setPrototypeOf(error, known.prototype);
  return error;
}

/** What is no error becomes one as in core. An error stays as it is: core would add fields to it. */
function asError(thrown: unknown, fallbackMessage: string): unknown {
  if (isOf(thrown, Error)) return thrown;
  try {
    return getErrorFromUnknown(thrown, {
      serializeStack: false,
      supportSerialization: false,
      fallbackMessage,
    });
  } catch {
    return new TypeError(`What was thrown can't be read (${reasonOf(thrown)}).`);
  }
}

function isOf(thrown: unknown, type: abstract new (...args: never[]) => unknown): boolean {
  try {
    return thrown instanceof type;
  } catch {
    return false;
  }
}

/** What user code outside a step threw, as it comes back from the store: an error as above, or any other value. */
export function storableThrown(thrown: unknown): unknown {
  return isOf(thrown, Error) ? storableError(thrown) : decodeValue(encodeTolerantly(thrown, MAX_ERROR_BYTES));
}
