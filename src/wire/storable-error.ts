/** One place where what was thrown becomes an error that can be stored (I7). */
import { reasonOf } from '../errors';
import { TripWire } from '@mastra/core/agent';
import { MastraNonRetryableError, getErrorFromUnknown } from '@mastra/core/error';
import { decodeValue } from './decode';
import { encodeTolerantly } from './tolerant';

/** Bytes of JSON that an error takes at the most, of the 4 MiB that Inngest keeps of a step. */
const MOST = 1024 * 1024;

/** Classes that core tells apart; everything else of an error is in its fields. */
const KNOWN_CLASSES = [TripWire, MastraNonRetryableError];

/** An error that stands for what was thrown, and holds nothing but what is stored of it. Never throws. */
export function storableError(
  thrown: unknown,
  { most = MOST, fallbackMessage = 'Unknown error' }: { most?: number; fallbackMessage?: string } = {},
): Error {
  const decoded = decodeValue(encodeTolerantly(asError(thrown, fallbackMessage), most));
  const error = decoded instanceof Error ? decoded : new TypeError(String(decoded));
  const known = KNOWN_CLASSES.find(one => isOf(thrown, one));
  if (known) Object.setPrototypeOf(error, known.prototype);
  return error;
}

/** As core makes an error of something else; not of an error, to which it would add what it needs. */
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

/** What user code outside a step threw: an error as above, anything else as it is, as far as it can be stored. */
export function storableThrown(thrown: unknown): unknown {
  return isOf(thrown, Error) ? storableError(thrown) : decodeValue(encodeTolerantly(thrown, MOST));
}
