// Calls the built handlers on your machine as API Gateway does, with events of version 1.0 or 2.0 (EVENT_VERSION).
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const { handler, greetHandler } = (await import('./dist/handler.cjs' as string)) as Record<
  string,
  (event: object) => Promise<{ statusCode: number; headers?: Record<string, string>; body: string }>
>;
const version = process.env['EVENT_VERSION'] ?? '2.0';

const server = createServer(async (request, response) => {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const { method } = request;
  const event = {
    version,
    headers: { ...request.headers, 'x-forwarded-proto': 'http' },
    queryStringParameters: Object.fromEntries(searchParams),
    body: Buffer.from(await text(request)).toString('base64'),
    isBase64Encoded: true,
    ...(version === '2.0' ? { requestContext: { http: { method, path } } } : { httpMethod: method, path }),
  };
  const answer = await (path === '/api/inngest' ? handler : greetHandler)!(event);
  response.writeHead(answer.statusCode, answer.headers).end(answer.body);
});

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
