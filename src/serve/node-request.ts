/** Requests of Node's `http`, by shape: frameworks put their own around them. */

/** What is read of an `http.IncomingMessage`, and what body parsers add. */
export interface NodeRequest {
  readonly method?: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly readableEnded: boolean;
  body?: unknown;
  on(event: string, listener: (value?: unknown) => void): unknown;
}

/** What is used of an `http.ServerResponse`. */
export interface NodeResponse {
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body?: string): unknown;
}

export function isNodeRequest(value: unknown): value is NodeRequest {
  const { headers, on, readableEnded } = (value ?? {}) as Partial<NodeRequest>;
  return typeof headers === 'object' && typeof on === 'function' && typeof readableEnded === 'boolean';
}

/** The response beside the request: the second argument (node:http, Express), or in the context (Koa). */
export function nodeResponseOf([input, second]: readonly unknown[]): NodeResponse | undefined {
  const { res } = (input ?? {}) as { res?: unknown };
  return [second, res].find(isNodeResponse);
}

function isNodeResponse(value: unknown): value is NodeResponse {
  const { writeHead, end } = (value ?? {}) as Partial<NodeResponse>;
  return typeof writeHead === 'function' && typeof end === 'function';
}
