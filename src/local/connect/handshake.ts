import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { WebSocket } from 'ws';
import { messageOf } from '../errors';
import { type Json, isObject, parseJson, text } from '../json';
import { RegistrationProblem } from '../state/registration';
import { registerApp } from '../transport/register-app';
import type { Service } from '../transport/service';
import { type Message, decode } from './messages';
import { Refusal, closeCodes } from './problems';
import { Worker } from './worker';

const isUlid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const sessions = randomBytes(32);

/** What shows that this server gave the connection its id. */
export function sessionToken(connectionId: string): string {
  return createHmac('sha256', sessions).update(connectionId).digest('hex');
}

function isSession(connectionId: string, token: string): boolean {
  const [given, expected] = [Buffer.from(token), Buffer.from(sessionToken(connectionId))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** An app's address, as Inngest shows it. */
export const connectedUrl = (app: string): string => `ws://connect?app_name=${encodeURIComponent(app)}`;

type Hello = Message<'WorkerConnectRequestData'>;

/** Registers what one app of the worker has, as if it had been asked to. @returns the slugs */
function register(service: Service, hello: Hello, app: Message<'AppConfiguration'>): string[] {
  const functions = parseJson(Buffer.from(app.functions).toString('utf8'));
  const body: Json = {
    appName: app.appName,
    url: connectedUrl(app.appName),
    sdk: `${hello.sdkLanguage}:${hello.sdkVersion}`,
    framework: hello.framework || 'connect',
    functions: functions ?? [],
  };
  if (!Array.isArray(functions)) throw new RegistrationProblem('The functions are no JSON list');
  registerApp(service, body);
  return functions.filter(isObject).map(one => text(one, 'id') ?? '');
}

function readHello(payload: Uint8Array): Hello {
  try {
    return decode('WorkerConnectRequestData', payload);
  } catch {
    throw new Refusal(closeCodes.policy, 'connect_worker_hello_invalid_payload');
  }
}

/**
 * Reads who a worker is, and registers its apps.
 * @throws Refusal
 */
export function admitWorker(
  service: Service,
  socket: WebSocket,
  payload: Uint8Array,
): { worker: Worker; isReady: boolean } {
  const hello = readHello(payload);
  const { connectionId, instanceId, authData, apps } = hello;
  if (!isUlid.test(connectionId) || !instanceId)
    throw new Refusal(closeCodes.policy, 'connect_worker_hello_invalid_payload');
  if (
    !isSession(connectionId, authData?.sessionToken ?? '') ||
    !service.keys.accepts(`Bearer ${authData?.syncToken}`)
  )
    throw new Refusal(closeCodes.policy, 'connect_authentication_failed');
  try {
    const functions = new Map(
      apps.flatMap(app => register(service, hello, app).map(slug => [slug, app.appName] as const)),
    );
    const capacity = hello.maxWorkerConcurrency > 0 ? hello.maxWorkerConcurrency : Number.POSITIVE_INFINITY;
    return {
      worker: new Worker(socket, instanceId, functions, capacity),
      isReady: !hello.workerManualReadinessAck,
    };
  } catch (problem) {
    if (!(problem instanceof RegistrationProblem)) throw problem;
    throw new Refusal(closeCodes.policy, messageOf(problem));
  }
}
