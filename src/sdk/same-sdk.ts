/** Checks that a process uses one copy of the SDK: the majors share a global of different shapes, and copies don't know each other's classes. */
import { MastraInngestError } from '../errors';
import type { ClientShape, InngestClient } from './client';
import { requireMiddleware } from './middleware';
import type { ServableFunction } from './port';
import { versionText } from './version';

/** A function as both majors make it. */
interface MadeFunction {
  id?: string | (() => string);
  client?: ClientShape;
  fn?: unknown;
  opts?: { middleware?: unknown };
}

/**
 * @throws MastraInngestError `SDK_MISMATCH` for a function that a client of another version made, or with middleware of the other major; `INVALID_CLIENT` for one
 * that has no handler: v3 takes `createFunction` of v4's form without a word
 */
export function requireSameSdk(client: InngestClient, functions: readonly ServableFunction[]): void {
  const ours = versionText(client as ClientShape);
  for (const made of functions as readonly MadeFunction[]) {
    const name = typeof made.id === 'function' ? made.id() : String(made.id);
    const theirs = made.client && versionText(made.client);
    if (theirs && theirs !== ours) {
      const remedy = 'Make all functions with the client that is served.';
      throw mismatch(client, `the function "${name}" was made by inngest ${theirs}`, remedy);
    }
    if (theirs) requireMiddleware(theirs, made.opts?.middleware, `The function "${name}"`);
    if (theirs && typeof made.fn !== 'function') {
      throw new MastraInngestError(
        'INVALID_CLIENT',
        `The function "${name}" has no handler. In inngest ${theirs}, createFunction takes three arguments: ` +
          "createFunction({ id }, { event: '…' }, handler).",
      );
    }
  }
}

/** An error that names the versions of both sides. */
export function mismatch(client: InngestClient, other: string, remedy: string): MastraInngestError {
  return new MastraInngestError(
    'SDK_MISMATCH',
    `The Inngest client "${client.id}" was made by inngest ${versionText(client as ClientShape)}, but ${other}. ` +
      `One app can use one copy of inngest only. ${remedy} \`npm ls inngest\` shows which copies are installed.`,
  );
}
