/** One process runs one copy of the SDK: majors share a global of different shapes, and copies don't know each other's classes. */
import { MastraInngestError } from '../errors';
import type { ClientShape, InngestClient } from './client';
import type { ServableFunction } from './port';
import { versionText } from './version';

/** @throws MastraInngestError `SDK_MISMATCH` for a function that a client of another version made */
export function requireSameSdk(client: InngestClient, functions: readonly ServableFunction[]): void {
  const ours = versionText(client as ClientShape);
  for (const made of functions) {
    const { id, client: maker } = made as { id?: unknown; client?: ClientShape };
    const theirs = maker && versionText(maker);
    if (!theirs || theirs === ours) continue;
    const name = typeof id === 'function' ? String((made as { id(): unknown }).id()) : String(id);
    throw mismatch(
      client,
      `the function "${name}" was made by inngest ${theirs}`,
      'Make all functions with the client that is served.',
    );
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
