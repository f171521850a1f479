import { serve } from '@mastra/inngest';
import { greet, inngest, mastra } from './mastra.ts';

const handle = serve({ mastra, inngest });

export default {
  async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === '/api/inngest') return handle(request);
    return Response.json(await greet('Ada'));
  },
};
