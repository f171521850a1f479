import { createServe } from '@mastra/inngest';
import Fastify from 'fastify';
import { fastifyPlugin } from 'inngest/fastify';
import { greet, inngest, mastra } from './mastra.ts';

const app = Fastify({ bodyLimit: 10_000_000 });
app.register(createServe(fastifyPlugin)({ mastra, inngest }));
app.get('/greet', () => greet('Ada'));

await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
