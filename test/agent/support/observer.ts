/**
 * A process that observes runs of a team and executes none: `tsx observer.ts <port> <inngest url> <store>`. It answers
 * `/<agent>/<run id>/<offset>` with the chunks, one JSON line each.
 */
import { createServer } from 'node:http';
import { Mastra } from '@mastra/core';
import { LibSQLStore } from '@mastra/libsql';
import { makeClient } from '../../support/sdk';
import { cacheAt } from './remote-cache';
import { team } from './team';

const [port, baseUrl = '', url = ''] = process.argv.slice(2);
const storage = new LibSQLStore({ id: 'observer', url });
const agents = team(makeClient({ id: process.env.APP_ID ?? 'team', baseUrl }), { note: () => {}, storage });
new Mastra({ agents: agents as never, storage, cache: cacheAt(process.env.CACHE_URL), logger: false });

createServer((request, response) => {
  const [, agent = '', runId = '', offset] = (request.url ?? '').split('/');
  const observe = async () => {
    const { fullStream } = await agents[agent as keyof typeof agents].observe(runId, {
      offset: Number(offset),
    });
    for await (const chunk of fullStream as unknown as AsyncIterable<object>) {
      response.write(`${JSON.stringify(chunk)}\n`);
    }
  };
  observe().then(
    () => response.end(),
    (error: unknown) => response.end(`${JSON.stringify({ type: 'refused', error: String(error) })}\n`),
  );
}).listen(Number(port), '127.0.0.1', () => {
  process.stdout.write('listening\n');
});
