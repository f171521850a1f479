/** A platform's variables that come with a request, as a Worker's do, in place of `process.env`. */
export type Bindings = Record<string, string>;

/** The variables in Hono's context (`c.env`), in Pages' (`{ request, env }`), or in the second argument of a Worker's `fetch`. */
export function bindingsOf(input: unknown, second: unknown): Bindings {
  const { env } = (input ?? {}) as { env?: unknown };
  // Only texts are variables: Hono on Node has sockets in `c.env`, and other routers pass a route's parameters second.
  const texts = Object.entries(Object(env ?? second) as object).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
