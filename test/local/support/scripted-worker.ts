/** A worker that does what a test tells it, in the SDK's own encoding of the protocol. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { until } from '../../support/until';

type Fields = Record<string, unknown>;
interface Codec {
  create(fields: Fields): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Fields;
}

// The package does not export its messages.
const messages = '../../../node_modules/inngest/proto/src/components/connect/protobuf/connect.js';
const proto = (await import(messages)) as Record<string, Codec> & {
  GatewayMessageType: Record<string, number>;
  SDKResponseStatus: Record<string, number>;
};

function codec(name: string): Codec {
  const found = proto[name];
  if (!found) throw new Error(`The SDK has no message ${name}`);
  return found;
}

export const encoded = (name: string, fields: Fields): Uint8Array =>
  codec(name).encode(codec(name).create(fields)).finish();

/** A request as the worker got it. */
export interface Given {
  requestId: string;
  appName: string;
  functionSlug: string;
  stepId: string;
  leaseId: string;
  runId: string;
  body: { event: { data: Fields }; ctx: { attempt: number } };
  /** All of it, to be sent back. */
  raw: Fields;
}

export interface WorkerSettings {
  app: string;
  /** Configurations as the SDK registers them. */
  functions: object[];
  instanceId?: string;
  /** Replaces what the worker says of itself. */
  hello?: Fields;
  /** A key for the server's API. */
  key?: string;
}

/** A function that an event starts, as `connect()` of the SDK registers it. */
export function connectedFunction(slug: string, event: string, retries = 0): object {
  const url = `wss://connect/?fnId=${slug}&stepId=step`;
  const step = { id: 'step', name: 'step', runtime: { type: 'ws', url }, retries: { attempts: retries } };
  return { id: slug, name: slug, triggers: [{ event }], steps: { step } };
}

export class ScriptedWorker {
  /** Everything that came, by the name of its kind. */
  readonly heard: { kind: string; payload: Uint8Array }[] = [];
  readonly given: Given[] = [];
  closed: { code: number; reason: string } | undefined;

  private constructor(readonly socket: WebSocket) {
    const nameOf = (kind: unknown) =>
      Object.keys(proto.GatewayMessageType).find(name => proto.GatewayMessageType[name] === kind) ?? '';
    socket.on('message', (data: Buffer) => {
      const { kind, payload } = codec('ConnectMessage').decode(new Uint8Array(data));
      this.heard.push({ kind: nameOf(kind), payload: payload as Uint8Array });
      if (nameOf(kind) === 'GATEWAY_EXECUTOR_REQUEST') this.given.push(given(payload as Uint8Array));
    });
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => {});
  }

  /** Opens the socket as the server says; resolves when the gateway has said hello. */
  static async open(serverUrl: string, key?: string): Promise<{ worker: ScriptedWorker; start: Fields }> {
    const answer = await fetch(`${serverUrl}/v0/connect/start`, {
      method: 'POST',
      body: new Uint8Array(encoded('StartRequest', { excludeGateways: [] })),
      headers: { 'content-type': 'application/protobuf', ...(key && { authorization: `Bearer ${key}` }) },
    });
    if (!answer.ok) throw new Error(`start was answered with ${answer.status}`);
    const start = codec('StartResponse').decode(new Uint8Array(await answer.arrayBuffer()));
    const worker = new ScriptedWorker(
      new WebSocket(String(start['gatewayEndpoint']), ['v0.connect.inngest.com']),
    );
    await once(worker.socket, 'open');
    await worker.hear('GATEWAY_HELLO');
    return { worker, start };
  }

  /** A worker that is ready. */
  static async connect(serverUrl: string, settings: WorkerSettings): Promise<ScriptedWorker> {
    const { worker, start } = await ScriptedWorker.open(serverUrl, settings.key);
    worker.introduce(start, settings);
    await worker.hear('GATEWAY_CONNECTION_READY');
    if (!settings.hello?.['workerManualReadinessAck']) worker.send('WORKER_READY');
    return worker;
  }

  introduce(start: Fields, { app, functions, instanceId = 'one', hello = {} }: WorkerSettings): void {
    this.send('WORKER_CONNECT', 'WorkerConnectRequestData', {
      connectionId: start['connectionId'],
      instanceId,
      authData: { sessionToken: start['sessionToken'], syncToken: start['syncToken'] },
      capabilities: Buffer.from('{"trust_probe":"v1","connect":"v1"}'),
      apps: [{ appName: app, functions: Buffer.from(JSON.stringify(functions)) }],
      sdkVersion: 'v4.24.0',
      sdkLanguage: 'typescript',
      framework: 'connect',
      systemAttributes: { cpuCores: 1, memBytes: 1, os: 'linux' },
      startedAt: new Date(),
      ...hello,
    });
  }

  send(kind: string, name?: string, fields: Fields = {}): void {
    const payload = name === undefined ? new Uint8Array() : encoded(name, fields);
    this.socket.send(encoded('ConnectMessage', { kind: proto.GatewayMessageType[kind], payload }));
  }

  /** The message of this kind that comes as the `count`th, decoded. */
  async hear(kind: string, name?: string, count = 1): Promise<Fields> {
    const found = await until(() => this.heard.filter(one => one.kind === kind)[count - 1]);
    return name === undefined ? {} : codec(name).decode(found.payload);
  }

  /** The `count`th request. */
  async request(count = 1): Promise<Given> {
    return await until(() => this.given[count - 1]);
  }

  acknowledge({ raw }: Given): void {
    this.send('WORKER_REQUEST_ACK', 'WorkerRequestAckData', raw);
  }

  extend({ raw }: Given, leaseId: string): void {
    this.send('WORKER_REQUEST_EXTEND_LEASE', 'WorkerRequestExtendLeaseData', { ...raw, leaseId });
  }

  reply(request: Given, status: 'DONE' | 'ERROR' | 'NOT_COMPLETED', body: unknown, more: Fields = {}): void {
    this.send('WORKER_REPLY', 'SDKResponse', response(request, status, body, more));
  }

  async end(): Promise<{ code: number; reason: string }> {
    return await until(() => this.closed);
  }
}

/** What a worker answers a request. */
export function response({ raw }: Given, status: string, body: unknown, more: Fields = {}): Fields {
  return {
    ...raw,
    status: proto.SDKResponseStatus[status],
    body: Buffer.from(JSON.stringify(body)),
    sdkVersion: 'inngest-js:v4.24.0',
    requestVersion: 2,
    ...more,
  };
}

function given(payload: Uint8Array): Given {
  const raw = codec('GatewayExecutorRequestData').decode(payload);
  const body = JSON.parse(Buffer.from(raw['requestPayload'] as Uint8Array).toString()) as Given['body'];
  return { ...(raw as unknown as Given), body, raw };
}
