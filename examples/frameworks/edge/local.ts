// Runs the handler on your machine.
import { serve } from '@hono/node-server';
import { fetch } from './handler.ts';

serve({ fetch, port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' });
