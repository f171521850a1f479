/* eslint-disable @typescript-eslint/no-explicit-any -- bodies are whatever a test makes of them */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { post } from './apps';

/** What an app without an SDK answers: a status, a body, and headers (an empty one is left out). */
export type RawAnswer = [status: number, body: string, headers?: Record<string, string>];
/** `call` counts the requests to this function, from 1. */
export type RawHandler = (
  request: RawRequest,
  call: number,
  target: string,
) => RawAnswer | Promise<RawAnswer>;

export interface RawRequest {
  version: number;
  ctx: {
    disable_immediate_execution: boolean;
    stack: { current: number; stack: string[] };
    run_id: string;
    attempt: number;
    generation_id: number;
    qi_id: string;
    request_id: string;
    fn_id: string;
  };
  event: { data: any };
  steps: Record<string, any>;
}

const sdkHeaders = {
  'content-type': 'application/json',
  'x-inngest-sdk': 'inngest-js:v4.24.0',
  'x-inngest-req-version': '2',
};

export interface RawApp {
  calls: Record<string, number>;
  /** Registers these functions, each on the event of its own name unless its options say otherwise. */
  serve: (
    handlers: Record<string, RawHandler>,
    options?: Record<string, Record<string, unknown>>,
  ) => Promise<any>;
  stop: () => Promise<void>;
}

async function read(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** An app that speaks the protocol without an SDK, so that a test can answer what no SDK would. */
export async function startRawApp(server: { url: string }): Promise<RawApp> {
  const calls: Record<string, number> = {};
  let handlers: Record<string, RawHandler> = {};
  const app = http.createServer((request, response) => {
    void (async () => {
      const { searchParams } = new URL(request.url ?? '', 'http://app');
      const name = searchParams.get('fnId')?.replace('raw-', '') ?? '';
      calls[name] = (calls[name] ?? 0) + 1;
      const body = JSON.parse(await read(request)) as RawRequest;
      const [status, answer, headers = {}] = (await handlers[name]?.(
        body,
        calls[name],
        searchParams.get('stepId') ?? '',
      )) ?? [404, ''];
      const merged = Object.entries({ ...sdkHeaders, ...headers }).filter(([, value]) => value !== '');
      response.writeHead(status, Object.fromEntries(merged)).end(answer);
    })();
  });
  await new Promise<void>(resolve => void app.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
  return {
    calls,
    serve: async (next, options = {}) => {
      handlers = next;
      for (const name of Object.keys(calls)) delete calls[name];
      const functions = Object.keys(next).map(name => {
        const runtime = { type: 'http', url: `${url}?fnId=raw-${name}&stepId=step` };
        const step = { id: 'step', name: 'step', runtime, retries: { attempts: 1 } };
        return { id: `raw-${name}`, name, triggers: [{ event: name }], steps: { step }, ...options[name] };
      });
      return await post(`${server.url}/fn/register`, { url, appName: 'raw', sdk: 'js:x', functions });
    },
    stop: async () => {
      app.closeAllConnections();
      await new Promise(resolve => app.close(resolve));
    },
  };
}

/** An answer that reports these opcodes. */
export const ops = (...list: unknown[]): RawAnswer => [206, JSON.stringify(list)];
