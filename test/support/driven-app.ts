/** An app of a test in a process of its own: it serves its functions, and drives runs for whoever asks it to. */
import { type IncomingMessage, createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';

/** What is posted to `/drive`. */
interface Order {
  workflowId: string;
  runId: string;
  method: string;
  args: unknown[];
}

interface Drivable {
  createRun(options: object): Promise<Record<string, (...args: unknown[]) => Promise<unknown>>>;
}

export interface DrivenApp {
  port: number;
  /** Serves the functions to Inngest. */
  handler: (request: Request) => Response | Promise<Response>;
  workflow: (id: string) => Drivable;
  /** What else it answers, by path. */
  pages?: Record<string, () => unknown>;
}

/** Listens on the port, and says so on stdout. A method that a run does not have makes the run, and gives nothing. */
export function listenDriven({ port, handler, workflow, pages = {} }: DrivenApp): void {
  const serve = getRequestListener(request => handler(request));
  createServer((request, response) => {
    const page = pages[request.url ?? ''];
    if (page) return void response.end(JSON.stringify(page()));
    if (request.url !== '/drive') return void serve(request, response);
    void bodyOf(request)
      .then(text => drive(workflow, JSON.parse(text) as Order))
      .then(answer => response.end(JSON.stringify(answer)));
  }).listen(port, '127.0.0.1', () => {
    process.stdout.write('listening\n');
  });
}

async function drive(
  workflow: DrivenApp['workflow'],
  { workflowId, runId, method, args }: Order,
): Promise<object> {
  try {
    const run = await workflow(workflowId).createRun({ runId });
    return { value: await run[method]?.(...args) };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { error: { code, message } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
