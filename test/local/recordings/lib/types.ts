/** Which SDK, and how it is set up; one set of golden recordings exists for each. */
export type Mode = 'v3' | 'v4-off' | 'v4-on';

export const modes: readonly Mode[] = ['v3', 'v4-off', 'v4-on'];

export const modeTitle: Record<Mode, string> = {
  v3: 'SDK 3.54.2',
  'v4-off': 'SDK 4.24.0, checkpointing off',
  'v4-on': 'SDK 4.24.0, checkpointing on',
};

export type Json = Record<string, unknown>;

/** One HTTP exchange as the proxy saw it. The recordings have the same shape, one object a line. */
export interface Exchange {
  id: number;
  dir: 'srv->app' | 'app->srv';
  /** When the request arrived, and how long the answer took. */
  t: number;
  ms: number;
  method: string;
  url: string;
  reqHeaders: Record<string, string>;
  req: unknown;
  status: number;
  resHeaders: Record<string, string>;
  res: unknown;
}

export interface EventBody {
  id?: string;
  name: string;
  data: Json;
  user?: Json;
  ts?: number;
  v?: string;
}

/** The body of an execution request. */
export interface ExecutionRequest {
  ctx: {
    attempt: number;
    max_attempts: number;
    disable_immediate_execution: boolean;
    generation_id: number;
    job_id: string;
    request_id: string;
    run_id: string;
    step_id: string;
    fn_id: string;
    use_api: boolean;
    stack: { current: number; stack: string[] };
  };
  event: EventBody;
  events: EventBody[];
  steps: Record<string, unknown>;
  defers: Json;
  use_api: boolean;
  version: number;
}

export interface Execution extends Exchange {
  req: ExecutionRequest;
}

export interface Opcode {
  op: string;
  id: string;
  name?: string;
  displayName?: string;
  opts?: unknown;
  data?: unknown;
  error?: unknown;
  userland?: unknown;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isExecution(exchange: Exchange): exchange is Execution {
  return (
    exchange.dir === 'srv->app' &&
    exchange.method === 'POST' &&
    isObject(exchange.req) &&
    'ctx' in exchange.req
  );
}

/** The function an execution request is for, as registered (`<app>-<function>`). */
export function functionOf(exchange: Exchange): string {
  return new URL(exchange.url, 'http://app').searchParams.get('fnId') ?? '';
}

/** `step` for a discovery call, the hashed step id for a targeted one. */
export function targetOf(exchange: Exchange): string {
  return new URL(exchange.url, 'http://app').searchParams.get('stepId') ?? '';
}

/** The opcodes of a 206 answer; a lone object counts as a list of one. */
export function opcodesOf(exchange: Exchange): Opcode[] {
  if (exchange.status !== 206) return [];
  return (Array.isArray(exchange.res) ? exchange.res : [exchange.res]) as Opcode[];
}

/** True if this answer ends the run (or would, if it were not dropped). */
export function isTerminal(exchange: Execution): boolean {
  if (exchange.status === 0) return false;
  if (exchange.status === 200) return true;
  if (exchange.status === 206) return opcodesOf(exchange).some(op => op.op === 'RunComplete');
  const final = exchange.resHeaders['x-inngest-no-retry'] === 'true';
  return final || exchange.req.ctx.attempt + 1 >= exchange.req.ctx.max_attempts;
}
