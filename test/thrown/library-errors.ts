/** What real clients throw when their server is away, refuses or answers nonsense. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { APICallError, NoObjectGeneratedError, RetryError } from 'ai';
import axios from 'axios';
import pg from 'pg';
import { fetch as undiciFetch, request as undiciRequest } from 'undici';
import { z } from 'zod';
import { z as z3 } from 'zod-v3';

/** The errors by name, thrown once and for all. `kept`: fields that an app looks at. */
export type LibraryErrors = Record<string, { error: unknown; kept: string[] }>;

const AWAY = 'http://127.0.0.1:1/x';

export async function libraryErrors(): Promise<LibraryErrors> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{"reason":"broken"}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    return await thrownBy(url);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function thrownBy(url: string): Promise<LibraryErrors> {
  const http = { message: true, code: true };
  const of = async (work: () => unknown, ...kept: string[]) => ({
    error: await thrown(work),
    kept: [...Object.keys(http).slice(0, 1), 'name', ...kept],
  });
  return {
    'axios-away': await of(() => axios.get(AWAY), 'code'),
    'axios-500': await of(() => axios.get(url), 'code', 'status'),
    'axios-post': await of(() => axios.post(url, { image: 'A'.repeat(9_000_000) }), 'code', 'status'),
    fetch: await of(() => fetch(AWAY)),
    undici: await of(() => undiciFetch(AWAY)),
    'undici-request': await of(() =>
      undiciRequest(url, { bodyTimeout: 1, throwOnError: true } as never).then(refuse),
    ),
    pg: await of(() => new pg.Client({ host: '127.0.0.1', port: 1 }).connect(), 'code'),
    'pg-database': await of(
      () => {
        throw Object.assign(new pg.DatabaseError('duplicate key', 12, 'error'), {
          code: '23505',
          table: 't',
        });
      },
      'code',
      'table',
    ),
    aws: await of(() => sts(AWAY).send(new GetCallerIdentityCommand({})), 'code'),
    'aws-500': await of(() => sts(url).send(new GetCallerIdentityCommand({}))),
    zod: await of(() => z.object({ a: z.string() }).parse({ a: 1 })),
    'zod-3': await of(() => z3.object({ a: z3.string() }).parse({ a: 1 }), 'issues'),
    'ai-call': await of(
      () => {
        throw apiCallError();
      },
      'statusCode',
      'isRetryable',
      'url',
    ),
    'ai-retry': await of(() => {
      throw new RetryError({ message: 'gave up', reason: 'maxRetriesExceeded', errors: [apiCallError()] });
    }, 'reason'),
    'ai-object': await of(() => {
      const meta = {
        response: { id: 'r', timestamp: new Date(0), modelId: 'm' },
        usage: {},
        finishReason: 'stop',
      };
      throw new NoObjectGeneratedError({ message: 'none', text: 'x', ...meta } as never);
    }, 'text'),
  };
}

function sts(endpoint: string): STSClient {
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  return new STSClient({ endpoint, region: 'eu-central-1', maxAttempts: 1, credentials });
}

/** As the AI SDK throws it: with the whole request, images included. */
function apiCallError(): APICallError {
  return new APICallError({
    message: 'rate limited',
    url: AWAY,
    requestBodyValues: { messages: [{ image: 'A'.repeat(9_000_000) }] },
    statusCode: 429,
    responseHeaders: { 'retry-after': '1' },
  });
}

async function thrown(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return refuse();
}

function refuse(): never {
  throw new Error('It should have failed');
}
