/**
 * Stands between the Inngest server and an app, both ways, and counts what crosses: the ops from the opcodes in the app's
 * answers and from its checkpoint calls, never from what our own server or engine says of itself.
 */
import { createHash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { until } from './until';

/** One op as it crossed the wire. */
export interface WireOp {
  runId: string;
  op: string;
  id: string;
  name: string;
  data: unknown;
  error: unknown;
}

export interface Exchange {
  runId: string;
  fnId: string;
  status: number;
  request: { ctx: { attempt: number; run_id: string }; steps: Record<string, unknown> };
}

const COUNTED = ['StepRun', 'Step', 'StepFailed', 'Sleep', 'InvokeFunction', 'WaitForEvent'];

export class WireProxy {
  readonly ops: WireOp[] = [];
  readonly executions: Exchange[] = [];
  /** How many realtime messages the app has published, each once however often it was sent. */
  publishes = 0;
  /** How many WebSockets were opened through here. */
  sockets = 0;
  /** How many of them are open now. */
  openSockets = 0;
  /** How many events were sent. */
  events = 0;
  /** Bodies of execution requests and of the app's answers and checkpoint calls: what Inngest and the app say to each other. */
  bytesToApp = 0;
  bytesFromApp = 0;
  /** Called with each execution request's body before it goes to the app. */
  onExecution?: (body: string, url: string) => Promise<void>;
  /** Called with each realtime message before it goes to the server, which it does when the promise resolves. */
  onPublish?: (message: Record<string, unknown>, path: string) => Promise<void>;
  /** WebSockets stay open and bring nothing, as where a router has forgotten a connection. */
  mute = false;
  /** Paths to the server that begin so are refused, sockets too. */
  refused?: string;
  /** What they are answered. */
  refusal = { status: 503, body: 'refused' };
  /** What the app registered last, as it said it. */
  registration?: string;
  private readonly messages = new Set<string>();
  private readonly ended = new Set<string>();
  private readonly functions = new Map<string, string>();
  private server!: Server;
  private readonly connections = new Set<{ destroy(): void }>();
  private readonly upgraded = new Set<{ destroy(): void }>();
  private readonly executing = new Set<ServerResponse>();

  /** `serverUrl`: the Inngest server; `appUrl()`: the app, known only once it listens. */
  constructor(
    private readonly serverUrl: string,
    private readonly appUrl: () => string,
  ) {}

  async listen(): Promise<void> {
    this.server = createServer((incoming, response) => {
      this.forward(incoming, response).catch((error: unknown) => {
        response.writeHead(502).end(String(error));
      });
    });
    this.server.on('connection', socket => this.connections.add(socket));
    this.server.on('upgrade', (incoming: IncomingMessage, socket, head) => {
      if (this.isRefused(incoming)) return socket.destroy();
      const { hostname, port } = new URL(this.serverUrl);
      const upstream = connect(Number(port), hostname, () => {
        const headers = Object.entries(incoming.headers).map(([key, value]) => `${key}: ${String(value)}`);
        upstream.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
        upstream.write(head);
        socket.pipe(upstream);
        upstream.on('data', (frame: Buffer) => this.mute || socket.write(frame));
        upstream.on('end', () => socket.end());
      });
      this.connections.add(upstream);
      this.sockets++;
      this.openSockets++;
      this.upgraded.add(socket);
      socket.on('close', () => {
        this.openSockets--;
        this.upgraded.delete(socket);
        upstream.destroy();
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** As a network that fails: every WebSocket ends at once. */
  dropSockets(): void {
    for (const socket of this.upgraded) socket.destroy();
  }

  /** As an app that dies: the server loses the connections of all requests that are being executed. */
  breakExecutions(): void {
    for (const response of this.executing) response.destroy();
    this.executing.clear();
  }

  async close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    await new Promise(resolve => this.server.close(resolve));
  }

  private isRefused({ url }: IncomingMessage): boolean {
    return this.refused !== undefined && url?.startsWith(this.refused) === true;
  }

  private async forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body: why } = this.refusal;
    if (this.isRefused(incoming)) return void response.writeHead(status).end(why);
    const body = await readAll(incoming);
    const path = incoming.url ?? '/';
    const toApp = path.startsWith('/api/inngest');
    const target = new URL(path, toApp ? this.appUrl() : this.serverUrl);
    if (toApp && incoming.method === 'POST') {
      this.bytesToApp += Buffer.byteLength(body);
      this.note(target, body);
      await this.onExecution?.(body, path);
      this.executing.add(response);
      response.on('close', () => this.executing.delete(response));
    }
    // The app registers the URL that it was called on, so it must see the proxy's.
    if (path.startsWith('/v1/realtime/publish')) {
      this.countPublish(path, body);
      await this.onPublish?.(JSON.parse(body) as Record<string, unknown>, path);
    }
    if (path.startsWith('/e/')) this.events++;
    if (path.startsWith('/fn/register')) this.registration = body;
    const answer = await send(incoming, target, body, toApp ? incoming.headers.host : target.host);
    if (toApp && incoming.method === 'POST') this.readAnswer(target, body, answer);
    if (/^\/v1\/checkpoint\/[^/]+\/async/.test(path)) this.readCheckpoint(body, answer.status);
    if (path.startsWith('/v1/checkpoint/')) this.bytesFromApp += Buffer.byteLength(body);
    if (toApp && incoming.method === 'POST') this.bytesFromApp += Buffer.byteLength(answer.body);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  /**
   * A busy machine hears the echo that confirms a channel late and sends another, and a message goes out once more where its
   * connection broke: both count once.
   */
  private countPublish(path: string, body: string): void {
    const { searchParams } = new URL(path, this.serverUrl);
    const topic = searchParams.get('topic') ?? '';
    const kind = topic.startsWith('mastra-echo-') ? 'echo' : `${topic} ${body}`;
    const message = createHash('sha256')
      .update(`${searchParams.get('channel')} ${kind}`)
      .digest('hex');
    if (this.messages.has(message)) return;
    this.messages.add(message);
    this.publishes++;
  }

  private note(target: URL, body: string): void {
    const { ctx } = JSON.parse(body) as Exchange['request'];
    this.functions.set(ctx.run_id, target.searchParams.get('fnId') ?? '');
  }

  private readAnswer(target: URL, body: string, answer: { status: number; body: string }): void {
    const parsed = JSON.parse(body) as Exchange['request'];
    const runId = parsed.ctx.run_id;
    this.executions.push({
      runId,
      fnId: target.searchParams.get('fnId') ?? '',
      status: answer.status,
      request: parsed,
    });
    if (answer.status !== 206) this.ended.add(runId);
    if (answer.status !== 206) return;
    const ops = JSON.parse(answer.body) as Record<string, unknown> | Record<string, unknown>[];
    for (const op of [ops].flat()) this.record(runId, op);
  }

  private readCheckpoint(body: string, status: number): void {
    if (status >= 300) return;
    const { run_id, steps } = JSON.parse(body) as { run_id: string; steps: Record<string, unknown>[] };
    for (const op of steps) this.record(run_id, op);
  }

  private record(runId: string, op: Record<string, unknown>): void {
    if (op.op === 'RunComplete') this.ended.add(runId);
    const userland = op.userland as { id?: string } | undefined;
    const name = userland?.id ?? (op.displayName as string) ?? (op.name as string);
    this.ops.push({ runId, op: String(op.op), id: String(op.id), name, data: op.data, error: op.error });
  }

  /** The distinct ops of all runs of workflows, in the order in which they crossed the wire first. */
  counted(): WireOp[] {
    const seen = new Set<string>();
    return this.ops.filter(op => {
      const key = `${op.runId}/${op.id}`;
      const ofWorkflow = this.functions.get(op.runId)?.includes('-workflow.');
      if (!ofWorkflow || !COUNTED.includes(op.op) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }

  /** True once an op of that name is done in a run of the workflow or of one nested in it, by the names of the tests. */
  hasEnded(workflow: string, name: string): boolean {
    return this.ops.some(op => {
      const fnId = this.functions.get(op.runId) ?? '';
      const id = fnId.slice(fnId.indexOf('-workflow.') + '-workflow.'.length);
      const isOf = id === workflow || id.startsWith(`${workflow}-`) || id.startsWith(`${workflow}.`);
      return isOf && op.name === name && COUNTED.includes(op.op);
    });
  }

  /** Names of the distinct ops, in order. */
  names(): string[] {
    return this.counted().map(op => op.name);
  }

  /** Resolves when every run that the app was asked to execute has given its last answer. */
  async quiet(): Promise<void> {
    await until(
      () => [...this.functions.keys()].filter(runId => !this.ended.has(runId)),
      ({ length }) => length === 0,
    );
  }

  reset(): void {
    this.ops.length = 0;
    this.executions.length = 0;
    this.publishes = 0;
    this.events = 0;
    this.bytesToApp = 0;
    this.bytesFromApp = 0;
  }
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(incoming: IncomingMessage, target: URL, body: string, host: string | undefined) {
  type Answer = { status: number; headers: Record<string, string | string[]>; body: string };
  return new Promise<Answer>((resolve, reject) => {
    const headers = { ...incoming.headers, host };
    const outgoing = request(target, { method: incoming.method, headers }, answer => {
      readAll(answer).then(text => {
        const { 'transfer-encoding': _chunked, ...kept } = answer.headers;
        resolve({ status: answer.statusCode ?? 500, headers: kept as Answer['headers'], body: text });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
