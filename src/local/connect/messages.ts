import protobuf from 'protobufjs/minimal.js';
import { Problem } from '../errors';

/**
 * What a worker and the gateway say to each other: number and type of each field that is used here (Inngest's `connect.proto`). Others
 * are skipped when they come. An enum is a number.
 */
const schema = {
  ConnectMessage: { kind: [1, 'int32'], payload: [2, 'bytes'] },
  StartResponse: {
    connectionId: [1, 'string'],
    gatewayEndpoint: [2, 'string'],
    gatewayGroup: [3, 'string'],
    sessionToken: [4, 'string'],
    syncToken: [5, 'string'],
  },
  AuthData: { sessionToken: [1, 'string'], syncToken: [2, 'string'] },
  AppConfiguration: { appName: [1, 'string'], functions: [4, 'bytes'] },
  WorkerConnectRequestData: {
    connectionId: [1, 'string'],
    instanceId: [2, 'string'],
    authData: [3, 'AuthData'],
    apps: [5, 'AppConfiguration', 'repeated'],
    workerManualReadinessAck: [6, 'bool'],
    framework: [9, 'string'],
    sdkVersion: [11, 'string'],
    sdkLanguage: [12, 'string'],
    maxWorkerConcurrency: [14, 'int32'],
  },
  GatewayConnectionReadyData: {
    heartbeatInterval: [1, 'string'],
    extendLeaseInterval: [2, 'string'],
    statusInterval: [3, 'string'],
  },
  GatewayExecutorRequestData: {
    requestId: [1, 'string'],
    accountId: [2, 'string'],
    envId: [3, 'string'],
    appId: [4, 'string'],
    appName: [5, 'string'],
    functionId: [6, 'string'],
    functionSlug: [7, 'string'],
    stepId: [8, 'string'],
    requestPayload: [9, 'bytes'],
    systemTraceCtx: [10, 'bytes'],
    userTraceCtx: [11, 'bytes'],
    runId: [12, 'string'],
    leaseId: [13, 'string'],
    jobId: [14, 'string'],
  },
  WorkerRequestAckData: { requestId: [1, 'string'] },
  WorkerRequestExtendLeaseData: {
    requestId: [1, 'string'],
    accountId: [2, 'string'],
    envId: [3, 'string'],
    appId: [4, 'string'],
    functionSlug: [5, 'string'],
    leaseId: [10, 'string'],
  },
  WorkerRequestExtendLeaseAckData: {
    requestId: [1, 'string'],
    accountId: [2, 'string'],
    envId: [3, 'string'],
    appId: [4, 'string'],
    functionSlug: [5, 'string'],
    newLeaseId: [6, 'string'],
  },
  SDKResponse: {
    requestId: [1, 'string'],
    status: [5, 'int32'],
    body: [6, 'bytes'],
    noRetry: [7, 'bool'],
    retryAfter: [8, 'string'],
    sdkVersion: [9, 'string'],
    requestVersion: [10, 'int32'],
  },
  WorkerReplyAckData: { requestId: [1, 'string'] },
  FlushResponse: { requestId: [1, 'string'] },
} as const;

type Schema = typeof schema;
type ScalarOf = { string: string; bytes: Uint8Array; int32: number; bool: boolean };
type ValueOf<T> = T extends keyof ScalarOf ? ScalarOf[T] : T extends keyof Schema ? Message<T> | null : never;

/** A message as it was read: what was not sent is the empty value of its type, or `null` for a message in it. */
export type Message<T extends keyof Schema> = {
  -readonly [F in keyof Schema[T]]: Schema[T][F] extends readonly [number, infer V, 'repeated']
    ? NonNullable<ValueOf<V>>[]
    : Schema[T][F] extends readonly [number, infer V]
      ? ValueOf<V>
      : never;
};

/** What a message is about, by its number in `connect.proto`. */
export const kinds = {
  gatewayHello: 0,
  workerConnect: 1,
  connectionReady: 2,
  executorRequest: 3,
  workerReady: 4,
  requestAck: 5,
  reply: 6,
  replyAck: 7,
  workerPause: 8,
  workerHeartbeat: 9,
  gatewayHeartbeat: 10,
  gatewayClosing: 11,
  extendLease: 12,
  extendLeaseAck: 13,
} as const;

/** What came is no such message. */
export class BadMessage extends Problem {}

type Field = readonly [id: number, type: string, rule?: 'repeated'];
type Values = Record<string, unknown>;

const fieldsOf = (name: string): [string, Field][] =>
  Object.entries(schema[name as keyof Schema] as Record<string, Field>);
const isScalar = (type: string): type is keyof ScalarOf => !Object.hasOwn(schema, type);

/** How the wire has it (Protocol Buffers, "Encoding"): a number of any length, or as many bytes as it says. */
const wireType = (type: string): number => (type === 'int32' || type === 'bool' ? 0 : 2);

function write(writer: protobuf.Writer, name: string, message: Values): protobuf.Writer {
  for (const [key, [id, type, rule]] of fieldsOf(name)) {
    const given = message[key] ?? [];
    for (const value of rule === 'repeated' || message[key] === undefined ? (given as unknown[]) : [given]) {
      writer.uint32((id << 3) | wireType(type));
      if (isScalar(type)) writer[type](value as never);
      else write(writer.fork(), type, value as Values).ldelim();
    }
  }
  return writer;
}

const empty = { string: '', bytes: new Uint8Array(), int32: 0, bool: false };

function read(reader: protobuf.Reader, name: string, end: number): Values {
  const fields = fieldsOf(name);
  const byId = new Map(fields.map(field => [field[1][0], field]));
  const message: Values = Object.fromEntries(
    fields.map(([key, [, type, rule]]) => [key, rule ? [] : isScalar(type) ? empty[type] : null]),
  );
  while (reader.pos < end) {
    const tag = reader.uint32();
    const [key, [, type, rule]] = byId.get(tag >>> 3) ?? ['', [0, '']];
    if (key === '' || wireType(type) !== (tag & 7)) {
      reader.skipType(tag & 7);
      continue;
    }
    const value = isScalar(type) ? reader[type]() : read(reader, type, reader.uint32() + reader.pos);
    if (rule) (message[key] as unknown[]).push(value);
    else message[key] = value;
  }
  return message;
}

export function encode<T extends keyof Schema>(name: T, message: Partial<Message<T>>): Uint8Array {
  return write(protobuf.Writer.create(), name, message).finish();
}

/** @throws BadMessage */
export function decode<T extends keyof Schema>(name: T, bytes: Uint8Array): Message<T> {
  try {
    return read(protobuf.Reader.create(bytes), name, bytes.length) as Message<T>;
  } catch {
    throw new BadMessage(`The bytes are no ${name}.`);
  }
}
