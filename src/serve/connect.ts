import { installedConnect } from '../sdk/installed';
import type { SdkConnect } from '../sdk/types';
import { type MastraServeOptions, servedOptions } from './create-serve';

/** Options of {@link connect}: what is served, and Inngest's own (`instanceId`, `maxWorkerConcurrency`, …). */
export type MastraConnectOptions = Pick<MastraServeOptions, 'mastra' | 'inngest' | 'functions'> &
  ConnectOptions & {
    /** More of Inngest's own options (`signingKey`, `signingKeyFallback`); they win over those beside it. */
    registerOptions?: ConnectOptions;
  };

type ConnectOptions = Omit<Parameters<SdkConnect>[0], 'apps'>;

/**
 * In place of `serve`: a long-running process opens a connection to Inngest and gets its work over it, so it needs no address
 * that Inngest could call (Inngest documentation, "Connect").
 * @returns Inngest's connection, once it is open. `closed` resolves when the process was asked to end and its steps have.
 * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`, `NOTHING_TO_SERVE`,
 * `DUPLICATE_FUNCTION_ID`, `UNCOMMITTED_WORKFLOW`, `INVALID_WORKFLOW_OPTION`, `INVALID_SERVE_OPTION`
 * @example
 * const connection = await connect({ mastra, inngest, instanceId: process.env.HOSTNAME });
 * await connection.closed;
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
