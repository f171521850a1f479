/** One contender in a process of its own: the app that Inngest calls, and the caller of its runs. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Probe } from '../probe';
import type { Answer, ChildArguments, Request as Message } from '../protocol';
import { isHandWritten } from '../matrix';
import { SCENARIOS, ownScenario, scenarioById } from '../scenarios';
import { mastraAgent } from './agent-runner';
import { type Client, createClient } from './client';
import { mastraApp } from './mastra-runner';
import { rawAgent } from './raw-agent';
import { type Handler, rawApp } from './raw-runner';
import { type Runner, Unsupported, sampleOf } from './runner';

const { contender, mode, job, serverUrl, publicUrl } = JSON.parse(process.argv[2] ?? '{}') as ChildArguments;
const probe = new Probe();
/** Of this process alone. */
const ownName = crypto.randomUUID().slice(0, 4);
const scenarios = SCENARIOS.map(scenario => ownScenario(scenario, ownName));
let counting = false;

function tell(answer: Answer): void {
  process.send?.(answer);
}

async function main(): Promise<void> {
  const client = createClient(`bench-${contender}-${ownName}`, serverUrl, mode);
  const app = await appOf(client);
  const server = await listen(app.handler);
  const ownUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The bench was ended before it could say so.
  process.on('disconnect', () => process.exit(1));
  process.on('message', message => void handle(message as Message, app, publicUrl ?? ownUrl));
  tell({ type: 'listening', url: ownUrl });
}

async function appOf(client: Client): Promise<App & { handler: Handler }> {
  const around = { probe, scenarios, counting: () => counting };
  const noWrites = { count: 0, bytes: 0 };
  if (job === 'agents') {
    const agents = { probe, name: `agent-${ownName}`, counting: () => counting };
    return isHandWritten(contender)
      ? { ...(await rawAgent(client, mode, agents)), writes: noWrites }
      : mastraAgent(contender, client, agents);
  }
  return isHandWritten(contender)
    ? { ...rawApp(contender, client, mode, around), writes: noWrites }
    : mastraApp(contender, client, around);
}

async function listen(handler: Handler): Promise<Server> {
  const listener = getRequestListener(request => handler(request));
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

interface App {
  runner: Runner;
  writes: { count: number; bytes: number };
}

async function handle(message: Message, app: App, appUrl: string): Promise<void> {
  try {
    if (message.type === 'stop') process.exit(0);
    if (message.type === 'register') {
      await register(`${appUrl}/api/inngest`);
      return tell({ type: 'registered' });
    }
    counting = message.counting;
    Object.assign(app.writes, { count: 0, bytes: 0 });
    const sample = await sampleOf(ownScenario(scenarioById(message.scenario), ownName), app.runner, probe);
    const peakRss = process.resourceUsage().maxRSS * 1024;
    tell({ type: 'ran', sample, writes: { ...app.writes }, peakRss });
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ type: error instanceof Unsupported ? 'unsupported' : 'failed', reason });
  }
}

/** What a server does with `-u`: asks the app to register itself. */
async function register(url: string): Promise<void> {
  const response = await fetch(url, { method: 'PUT', headers: { 'x-inngest-server-kind': 'dev' } });
  if (!response.ok) throw new Error(`The app did not register: ${response.status} ${await response.text()}`);
}

await main();
