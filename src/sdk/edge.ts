import type { InngestClient } from './client';
import type { ServableFunction } from './port';

/** Options of Inngest's own `serve` (Inngest documentation, "Serve"). */
export type RegisterOptions = Record<string, unknown>;

export type EdgeHandler = (request: Request) => Promise<Response>;

/** Inngest's handler for web-standard requests, of the copy of the SDK that the app has installed. */
export async function loadEdgeServe(
  options: RegisterOptions & { client: InngestClient; functions: readonly ServableFunction[] },
): Promise<EdgeHandler> {
  const edge = await import('inngest/edge');
  return edge.serve(options as never);
}
