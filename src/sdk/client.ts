/** The user's Inngest client, by shape: `instanceof` and type identity fail across majors and across package copies. */

/** Any `Inngest` client of the SDK, v3 or v4. Structural, so that any release fits. */
export interface InngestClient {
  readonly id: string;
  readonly [Symbol.toStringTag]: string;
}

/** What `detect` reads of a client. */
export interface ClientShape extends InngestClient {
  headers?: Record<string, string>;
  options?: { middleware?: unknown; checkpointing?: unknown };
  /** An object in v3, a string in v4. */
  mode?: { isCloud?: boolean };
  /** Takes variables that are not in `process.env`. */
  setEnvVars?(variables: Record<string, string>): unknown;
}

/** True for a client of any loaded copy of the SDK. */
export function isClient(value: unknown): value is ClientShape {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as ClientShape)[Symbol.toStringTag] === 'Inngest.App'
  );
}
