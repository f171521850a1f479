import { parseArgs } from 'node:util';
import { DemoProblem } from './problem.js';

export interface DemoOptions {
  /** The number that the workflow starts from. */
  value: number;
  /** Leave the server and the app running after the run. */
  serve: boolean;
  /** Where the local server and the app listen. */
  host: string;
  inngestPort: number;
  appPort: number;
  /** A running Inngest server to use in place of the local one. */
  inngestBaseUrl: string | undefined;
  /** How that server reaches the app, if not under its own address (from inside a container, say). */
  appOrigin: string | undefined;
}

export const usage = `npm run demo [-- options]

  --value N   start from N instead of 5
  --serve     leave the Inngest server and the app running
  --help      this text

Environment
  DEMO_HOST          where both listen            (127.0.0.1)
  DEMO_INNGEST_PORT  port of the Inngest server   (8288)
  DEMO_APP_PORT      port of the example app      (4111)
  INNGEST_BASE_URL   use this Inngest server instead of the local one
  DEMO_APP_ORIGIN    how that server reaches the app, e.g. http://host.docker.internal:4111`;

/** Undefined when only the usage was asked for. */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    value: readNumber('--value', values.value ?? '5'),
    serve: values.serve ?? false,
    host: env['DEMO_HOST'] ?? '127.0.0.1',
    inngestPort: readPort('DEMO_INNGEST_PORT', env, 8288),
    appPort: readPort('DEMO_APP_PORT', env, 4111),
    inngestBaseUrl: readUrl('INNGEST_BASE_URL', env),
    appOrigin: readUrl('DEMO_APP_ORIGIN', env),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        value: { type: 'string' },
        serve: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new DemoProblem(`${(error as Error).message.split('.')[0]}. Try: npm run demo -- --help`);
  }
}

function readNumber(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number))
    throw new DemoProblem(`${name} must be a number, not "${text}".`);
  return number;
}

function readPort(name: string, env: NodeJS.ProcessEnv, otherwise: number): number {
  const port = readNumber(name, env[name] || String(otherwise));
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new DemoProblem(`${name} must be a port number (1 to 65535), not "${env[name]}".`);
  }
  return port;
}

function readUrl(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new DemoProblem(`${name} must be a URL such as http://127.0.0.1:8288, not "${text}".`);
  }
  return text.replace(/\/+$/, '');
}
