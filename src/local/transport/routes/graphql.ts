import { Hono } from 'hono';
import { SyntaxProblem, parseQuery } from '../../graphql/parse';
import { resolve } from '../../graphql/resolve';
import { schema } from '../../graphql/schema';
import { field, isObject, parseJson, text } from '../../json';
import type { Service } from '../service';

/** `POST /v0/gql`: what the dashboard and scripts use. */
export function graphqlRoutes(service: Service): Hono {
  const resolvers = schema(service);
  return new Hono().post('/v0/gql', async c => {
    const body = parseJson(await c.req.text());
    const variables = field(body, 'variables');
    try {
      const query = parseQuery(
        text(body, 'query') ?? '',
        isObject(variables) ? variables : {},
        text(body, 'operationName'),
      );
      return c.json(resolve(query, resolvers));
    } catch (problem) {
      if (!(problem instanceof SyntaxProblem)) throw problem;
      return c.json({ data: null, errors: [{ message: problem.message }] }, 422);
    }
  });
}
