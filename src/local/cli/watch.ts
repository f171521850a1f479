import { LocalServerError } from '../errors';
import { field, isObject, text } from '../json';
import type { Json } from '../json';
import type { Message } from '../realtime/history';
import { findFunction, registeredFunctions } from './functions';
import { runArguments } from './run-arguments';
import type { ServerClient } from './server-client';
import { StepLines, afterStart, rendered } from './step-lines';
import { note, printable, say } from './terminal';

const usage = `Usage: mastra-inngest-local watch <workflow> [runId] [options]

Shows a run of a workflow while it goes on, from its beginning: the one that is named, the one that is under way, or the next.

  runId             the run's id in Mastra
      --url URL     the local server (default: INNGEST_BASE_URL, or http://127.0.0.1:8288)
  -h, --help        this text

Ends with the run: with 1 where it fails.
`;

const pollEvery = 200;

/** Those of the channel `workflow:<id>:…` after a number. */
async function messagesAfter(server: ServerClient, after: number, prefix: string): Promise<Message[]> {
  const { status, body } = await server.get(
    `/local/messages?after=${after}&prefix=${encodeURIComponent(prefix)}`,
  );
  const messages = field(body, 'messages');
  if (status === 200 && Array.isArray(messages)) return messages as unknown as Message[];
  throw new LocalServerError('SERVER_UNREACHABLE', `The server at ${server.url} is not a local one.`, {
    remedy: 'Only mastra-inngest-local keeps what a run tells. On another server use its dashboard.',
  });
}

const typeOf = (data: Json): string => text(data, 'type') ?? '';
const statusOf = (data: Json): string | undefined => text(field(data, 'payload'), 'workflowStatus');
const isOver = ({ data }: Message): boolean =>
  typeOf(data) === 'workflow-finish' && statusOf(data) !== 'suspended';

/** The newest run that is under way, among the messages of all. */
function underWay(messages: Message[]): string | undefined {
  const last = new Map(messages.map(message => [message.channel, message]));
  return [...last.values()].filter(message => !isOver(message)).at(-1)?.channel;
}

/** Shows the messages of a run; an event that is told again (its request was repeated) is shown once. */
class Shown {
  readonly #lines = new StepLines();
  readonly #ids = new Set<string>();
  #startedAt: number | undefined;

  add({ at, data }: Message): void {
    const id = text(data, 'mastraEventId');
    if (id !== undefined && this.#ids.has(id)) return;
    if (id !== undefined) this.#ids.add(id);
    this.#startedAt ??= at;
    const payload = field(data, 'payload');
    const line = this.#lines.of({ type: typeOf(data), payload: isObject(payload) ? payload : {} });
    if (line) say(afterStart(at - this.#startedAt, rendered(line)));
  }
}

async function follow(server: ServerClient, prefix: string, runId: string | undefined): Promise<string> {
  const shown = new Shown();
  let channel = runId === undefined ? undefined : `${prefix}${runId}`;
  for (let seen = 0, isFirst = true, isTold = false; ; isFirst = false) {
    const messages = await messagesAfter(server, seen, channel ?? prefix);
    seen = messages.at(-1)?.number ?? seen;
    channel ??= isFirst ? underWay(messages) : messages[0]?.channel;
    const own = messages.filter(message => message.channel === channel);
    if (isFirst && own.length === 0)
      note(
        `Waiting for ${runId === undefined ? 'the next run' : `run ${printable(runId)}`}. Ctrl-C ends it.`,
      );
    if (!isTold && own[0]) note(`Run ${printable(own[0].channel.slice(prefix.length))}`);
    isTold ||= own.length > 0;
    for (const message of own) {
      shown.add(message);
      if (isOver(message)) return statusOf(message.data) ?? 'success';
    }
    await new Promise(resolve => setTimeout(resolve, pollEvery));
  }
}

/** Shows a run until it is over; gives the exit code. */
export async function watch(args: string[]): Promise<number> {
  const given = runArguments(args, usage);
  if (typeof given === 'number') return given;
  const { name, second: runId, server } = given;
  const workflows = (await registeredFunctions(server)).filter(({ workflow }) => workflow !== undefined);
  const { workflow } = findFunction(workflows, 'workflow', name);
  const status = await follow(server, `workflow:${workflow}:`, runId);
  return status === 'success' ? 0 : 1;
}
