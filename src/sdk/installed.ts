/** The copy of the SDK that a plain `import 'inngest'` finds from here: normally the one that the app's client is from. */
import type { ServeAdapter } from './adapter';
import type { ClientShape, InngestClient } from './client';
import { mismatch } from './same-sdk';
import type { SdkConnect } from './types';
import { versionText } from './version';

const REMEDY =
  'With two copies, say which one to use: `createServe(serve)` with the `serve` of your own `inngest/edge`.';

/**
 * Inngest's `serve` for web-standard requests, with the variables of a platform such as Workers. The client is given them, too:
 * it sends events. @throws MastraInngestError `SDK_MISMATCH`
 */
export async function installedWebServe(
  client: InngestClient,
  bindings: Record<string, string>,
): Promise<ServeAdapter> {
  await requireInstalled(client);
  if (Object.keys(bindings).length > 0) (client as ClientShape).setEnvVars?.(bindings);
  const { serve } = await import('inngest/cloudflare');
  return options => serve({ frameworkName: 'edge', ...(options as object) } as never);
}

/**
 * Inngest's `connect`. Bundlers are told not to follow the import: it has a worker thread that they can't resolve, and most apps
 * never connect.
 * @throws MastraInngestError `SDK_MISMATCH`
 */
export async function installedConnect(client: InngestClient): Promise<SdkConnect> {
  await requireInstalled(client);
  return (
    await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ 'inngest/connect')
  ).connect;
}

/** The same version may be loaded twice, as an ES module and as CommonJS; these two work together. */
async function requireInstalled(client: InngestClient): Promise<void> {
  const { Inngest } = await import('inngest');
  if (client.constructor === Inngest) return;
  const found = versionText(new Inngest({ id: client.id, isDev: true }));
  if (found === versionText(client as ClientShape)) return;
  throw mismatch(client, `@mastra/inngest finds inngest ${found}`, REMEDY);
}
