import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { LocalServerError, messageOf } from '../errors';
import { limits } from '../executor/limits';
import type { Service } from '../transport/service';
import { admitWorker, connectedUrl } from './handshake';
import { BadMessage, decode, encode, kinds } from './messages';
import { Refusal, closeCodes } from './problems';
import type { Requests } from './requests';
import type { ConnectTimes } from './times';
import type { Worker } from './worker';
import type { Workers } from './workers';

const protocol = 'v0.connect.inngest.com';
const mostMissed = 5;

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** A period as the SDK reads it. */
const period = (ms: number): string => `${ms}ms`;

/** What the connections of workers are about. */
export interface Connections {
  workers: Workers;
  requests: Requests;
  times: ConnectTimes;
}

/** The WebSockets over which `connect()` of the SDKs gets its work. */
export class Gateway {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.response,
    handleProtocols: offered => (offered.has(protocol) ? protocol : false),
  });
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(
    private readonly service: Service,
    private readonly connections: Connections,
  ) {}

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, client => this.#connected(client));
  }

  #connected(client: WebSocket): void {
    const { times, requests, workers } = this.connections;
    let worker: Worker | undefined;
    const hello = this.#after(times.hello, () =>
      client.close(closeCodes.policy, 'connect_worker_hello_timeout'),
    );
    client.on('error', () => client.terminate());
    client.on('message', data => {
      try {
        const { kind, payload } = decode('ConnectMessage', bytesOf(data));
        if (worker) return this.#said(worker, kind, payload);
        if (kind !== kinds.workerConnect)
          throw new Refusal(closeCodes.policy, 'connect_worker_hello_invalid_msg');
        this.#cancel(hello);
        worker = this.#admit(client, payload);
      } catch (problem) {
        refuse(client, problem);
      }
    });
    client.on('close', () => {
      this.#cancel(hello);
      if (!worker) return;
      workers.remove(worker);
      requests.disconnected(worker);
      this.#tellGone(worker);
    });
    client.send(encode('ConnectMessage', { kind: kinds.gatewayHello }));
  }

  #admit(client: WebSocket, payload: Uint8Array): Worker {
    const { times, workers } = this.connections;
    const { worker, isReady } = admitWorker(this.service, client, payload);
    // Whoever connects is told so only when what it registered is kept.
    this.service.core.recorder.flush();
    worker.send(kinds.connectionReady, 'GatewayConnectionReadyData', {
      heartbeatInterval: period(times.heartbeat),
      extendLeaseInterval: period(times.extendLease),
      statusInterval: period(0),
    });
    if (isReady) worker.phase = 'ready';
    workers.add(worker);
    const watch = setInterval(() => {
      if (performance.now() - worker.heardAt > mostMissed * times.heartbeat) worker.terminate();
    }, times.heartbeat);
    this.#timers.add(watch);
    client.on('close', () => this.#cancel(watch));
    return worker;
  }

  #said(worker: Worker, kind: number, payload: Uint8Array): void {
    const { requests, workers } = this.connections;
    worker.heardAt = performance.now();
    switch (kind) {
      case kinds.workerReady:
        if (worker.phase === 'connected') worker.phase = 'ready';
        return workers.changed();
      case kinds.workerHeartbeat:
        return worker.send(kinds.gatewayHeartbeat);
      case kinds.workerPause:
        worker.phase = 'draining';
        return requests.drained(worker);
      case kinds.requestAck:
        return requests.taken(decode('WorkerRequestAckData', payload).requestId);
      case kinds.extendLease:
        return this.#extend(worker, payload);
      case kinds.reply: {
        const response = decode('SDKResponse', payload);
        requests.answered(response);
        return worker.send(kinds.replyAck, 'WorkerReplyAckData', { requestId: response.requestId });
      }
    }
  }

  #extend(worker: Worker, payload: Uint8Array): void {
    const { leaseId, ...request } = decode('WorkerRequestExtendLeaseData', payload);
    const newLeaseId = this.connections.requests.extend(worker, request.requestId, leaseId);
    worker.send(kinds.extendLeaseAck, 'WorkerRequestExtendLeaseAckData', {
      ...request,
      ...(newLeaseId !== undefined && { newLeaseId }),
    });
  }

  #tellGone(worker: Worker): void {
    if (this.#stopped) return;
    for (const app of new Set(worker.functions.values())) {
      if (this.connections.workers.hasApp(app)) continue;
      const message = `No worker of the app "${app}" is connected.`;
      const remedy = 'Start one; what is to be executed waits for it.';
      this.service.health.failed(
        connectedUrl(app),
        new LocalServerError('APP_UNREACHABLE', message, { remedy }),
      );
    }
  }

  #after(ms: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(act, ms);
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  /** Tells the workers to connect elsewhere, or again later, and closes. */
  stop(): void {
    this.#stopped = true;
    const { workers, requests } = this.connections;
    for (const worker of workers) {
      worker.send(kinds.gatewayClosing);
      worker.close(closeCodes.goingAway, 'connect_gateway_closing');
    }
    for (const timer of this.#timers) clearTimeout(timer);
    workers.stop();
    requests.stop();
    this.#server.close();
  }
}

/** A reason may have 123 bytes. */
function refuse(client: WebSocket, problem: unknown): void {
  if (!(problem instanceof Refusal || problem instanceof BadMessage)) return client.terminate();
  const code = problem instanceof Refusal ? problem.code : closeCodes.badData;
  client.close(
    code,
    Buffer.from(messageOf(problem))
      .subarray(0, 120)
      .toString('utf8')
      .replace(/\uFFFD$/, ''),
  );
}
