/** What Inngest says of a run that failed without its workflow's code, as core stores an error. */
import { asCoreError, storedError } from '../wire/outcome';
import { isRecord } from '../wire/json';

/** `failure`: an error as Inngest reports it, or a text. */
export function inngestFailure(failure: unknown): unknown {
  const reported = isRecord(failure) ? failure : { message: failure };
  const text = typeof reported.message === 'string' ? reported.message : 'Inngest gave up on the run.';
  const { message, name } = crashMessage(text) ?? { message: text, name: reported.name };
  return storedError(Object.assign(asCoreError(message), typeof name === 'string' ? { name } : {}));
}

/** A crash is reported as JSON in the message: `{"error":{"error":"Unable to reach SDK URL", …}}`. */
function crashMessage(text: string): { message: string; name?: string } | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const inner = isRecord(parsed) && isRecord(parsed.error) ? parsed.error : parsed;
    if (!isRecord(inner)) return undefined;
    const message = inner.message ?? inner.error;
    const name = typeof inner.name === 'string' ? inner.name : undefined;
    return typeof message === 'string' ? { message, name } : undefined;
  } catch {
    return undefined;
  }
}
