import { createServer } from 'node:http';
import { createServe } from '@mastra/inngest';
import { serve } from 'inngest/node';
import { greet, inngest, mastra } from './mastra.ts';

const handle = createServe(serve)({ mastra, inngest });
const server = createServer(async (request, response) => {
  if (request.url?.startsWith('/api/inngest')) await handle(request, response);
  else response.end(JSON.stringify(await greet('Ada')));
});

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
