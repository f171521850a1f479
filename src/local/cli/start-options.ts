import { parseArgs } from 'node:util';
import { LocalServerError } from '../errors';

export const usage = `Usage: mastra-inngest-local [options]
       mastra-inngest-local watch <workflow> [runId]
       mastra-inngest-local invoke <workflow|function> [json]

A local Inngest server for development and tests. It has a page at its URL, and prints what happens.

  -p, --port N            port to listen on (default 8288, 0 finds a free one)
      --host H            host to listen on (default 127.0.0.1)
  -u, --url URL           serve endpoint of an app; may be repeated
      --no-poll           do not ask the apps to register again every 5 s, for those that restart (--poll: do)
      --retry-interval N  seconds between attempts instead of Inngest's back-off
      --signing-key KEY   sign requests and ask apps for this key (apps: INNGEST_SIGNING_KEY, isDev: false)
      --event-key KEY     accept events with this key only; may be repeated
      --persist FILE      keep the state in this file, and go on with what it has
      --seed N            where the server's random choices come from
      --json              one JSON object a line for all that happens
  -q, --quiet             only where it listens, and what is wrong with the apps
  -h, --help              this text

watch shows a run, invoke starts one and prints its result: see watch --help, invoke --help.
`;

/** What the command was asked for. */
export interface StartOptions {
  help: boolean;
  json: boolean;
  quiet: boolean;
  port: number;
  host: string;
  urls: string[];
  poll: boolean;
  retryInterval: number | undefined;
  seed: number | undefined;
  persist: string | undefined;
  signingKey: string | undefined;
  eventKeys: string[] | undefined;
}

function whole(name: string, value: string, most = Number.MAX_SAFE_INTEGER): number {
  if (/^\d+$/.test(value) && Number(value) <= most) return Number(value);
  throw new LocalServerError('INVALID_OPTION', `--${name} ${value} is not a number from 0 to ${most}.`);
}

const flag = { type: 'boolean', default: false } as const;

/** @throws LocalServerError `INVALID_OPTION`, and what `parseArgs` throws */
export function startOptions(args: string[]): StartOptions {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      port: { type: 'string', short: 'p', default: '8288' },
      host: { type: 'string', default: '127.0.0.1' },
      url: { type: 'string', short: 'u', multiple: true, default: [] },
      poll: { type: 'boolean', default: true },
      'retry-interval': { type: 'string' },
      seed: { type: 'string' },
      persist: { type: 'string' },
      'signing-key': { type: 'string' },
      'event-key': { type: 'string', multiple: true },
      json: flag,
      quiet: { ...flag, short: 'q' },
      help: { ...flag, short: 'h' },
    },
  });
  const { 'retry-interval': interval, seed } = values;
  return {
    help: values.help,
    json: values.json,
    quiet: values.quiet,
    port: whole('port', values.port, 65_535),
    host: values.host,
    urls: values.url,
    poll: values.poll,
    retryInterval: interval === undefined ? undefined : whole('retry-interval', interval),
    seed: seed === undefined ? undefined : whole('seed', seed),
    persist: values.persist,
    signingKey: values['signing-key'],
    eventKeys: values['event-key'],
  };
}
