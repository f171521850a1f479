import { installedConnect } from '../sdk/installed';
import type { SdkConnect } from '../sdk/types';
import { type MastraServeOptions, servedOptions } from './create-serve';

/** What `connect` takes: what is served, and Inngest's own options (`instanceId`, `maxWorkerConcurrency`, …). */
export type MastraConnectOptions = Pick<MastraServeOptions, 'mastra' | 'inngest' | 'functions'> &
  ConnectOptions & {
    /** More of Inngest's own options, which go before those beside it: `signingKey`, `signingKeyFallback`. */
    registerOptions?: ConnectOptions;
  };

type ConnectOptions = Omit<Parameters<SdkConnect>[0], 'apps'>;

/**
 * Instead of `serve`: a long-running process connects itself to Inngest and gets its work over that connection, so it needs
 * no address that Inngest could call (Inngest documentation, "Connect").
 * @throws MastraInngestError as `serve`
 */
export async function connect({
  mastra,
  inngest,
  functions,
  registerOptions,
  ...options
}: MastraConnectOptions): Promise<Awaited<ReturnType<SdkConnect>>> {
  const app = servedOptions({ mastra, inngest, functions });
  const sdkConnect = await installedConnect(inngest);
  return sdkConnect({ ...options, ...registerOptions, apps: [app as never] });
}
