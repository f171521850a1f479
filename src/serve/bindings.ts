/** A platform's variables that come with a request, as a Worker's do, in place of `process.env`. */
export type Bindings = Record<string, string>;

/** Those of Hono's context (`c.env`), of Pages' (`{ request, env }`), or what a Worker's `fetch(request, env)` gets second. */
export function bindingsOf(input: unknown, second: unknown): Bindings {
  const { env } = (input ?? {}) as { env?: unknown };
  // Other things go by these names, too: the sockets of Node in Hono's, the parameters of a route as second argument.
  const texts = Object.entries(Object(env ?? second) as object).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
