import { parseArgs } from 'node:util';
import { ServerClient, serverUrl } from './server-client';
import { note, say } from './terminal';

/** What a command about one workflow or function is given. */
interface RunArguments {
  name: string;
  /** What stands after the name. */
  second: string | undefined;
  server: ServerClient;
}

/** Reads `<name> [second] [--url URL]`, or prints the usage. @returns what was given, or the exit code where that is all */
export function runArguments(args: string[], usage: string): RunArguments | number {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const [name, second, ...more] = positionals;
  if (!values.help && name !== undefined && more.length === 0)
    return { name, second, server: new ServerClient(serverUrl(values.url)) };
  (values.help ? say : note)(usage.trimEnd());
  return values.help ? 0 : 1;
}
