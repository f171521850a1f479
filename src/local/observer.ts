import { messageOf } from './errors';
import type { ServerActivity } from './server-activity';

function warn(error: unknown): void {
  process.emitWarning(`Local Inngest server: onActivity threw: ${messageOf(error)}`);
}

/** Calls the observer so that nothing it does (it may throw, or return a promise that rejects) disturbs the server. */
export function observer(
  onActivity: ((activity: ServerActivity) => unknown) | undefined,
): ((activity: ServerActivity) => void) & { isHeard: boolean } {
  if (!onActivity) return Object.assign(() => {}, { isHeard: false });
  const tell = (activity: ServerActivity): void => {
    try {
      Promise.resolve(onActivity(activity)).catch(warn);
    } catch (error) {
      warn(error);
    }
  };
  return Object.assign(tell, { isHeard: true });
}
