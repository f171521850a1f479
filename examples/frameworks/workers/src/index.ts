import { serve } from '@mastra/inngest';
import { greet, inngest, mastra } from './mastra';

const handle = serve({ mastra, inngest });

export default {
  async fetch(request: Request, env: Record<string, string>): Promise<Response> {
    if (new URL(request.url).pathname === '/api/inngest') return handle(request, env);
    // A Worker knows its variables with its first request only.
    inngest.setEnvVars(env);
    return Response.json(await greet('Ada'));
  },
};
