/** The user's Inngest client, by shape: `instanceof` and type identity fail across majors and across package copies. */

/** Any `Inngest` client of the SDK's major 4. Structural, so that any 4.x release fits. */
export interface InngestClient {
  readonly id: string;
  readonly [Symbol.toStringTag]: string;
}

/** What `detect` reads of a client. */
export interface ClientShape extends InngestClient {
  headers?: Record<string, string>;
  realtime?: Record<string, unknown>;
}

/** True for a client of any loaded copy of the SDK. */
export function isClient(value: unknown): value is ClientShape {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as ClientShape)[Symbol.toStringTag] === 'Inngest.App'
  );
}
