#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { LocalServerError, messageOf } from './errors';
import { startLocalServer } from './server';

const usage = `Usage: mastra-inngest-local [options]

A local Inngest server for development and tests.

  -p, --port N            port to listen on (default 8288, 0 finds a free one)
      --host H            host to listen on (default 127.0.0.1)
  -u, --url URL           serve endpoint of an app; may be repeated
      --no-poll           do not ask the apps to register again every 5 s
      --retry-interval N  seconds between attempts instead of Inngest's back-off
      --signing-key KEY   sign requests and ask apps for this key (apps: INNGEST_SIGNING_KEY, isDev: false)
      --event-key KEY     accept events with this key only; may be repeated
      --persist FILE      keep the state in this file, and go on with what it has
      --seed N            where the server's random choices come from
  -h, --help              this text
`;

interface Arguments {
  help: boolean;
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

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', short: 'p', default: '8288' },
      host: { type: 'string', default: '127.0.0.1' },
      url: { type: 'string', short: 'u', multiple: true, default: [] },
      'no-poll': { type: 'boolean', default: false },
      'retry-interval': { type: 'string' },
      persist: { type: 'string' },
      seed: { type: 'string' },
      'signing-key': { type: 'string' },
      'event-key': { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const interval = values['retry-interval'];
  return {
    help: values.help,
    port: whole('port', values.port, 65_535),
    host: values.host,
    urls: values.url,
    poll: !values['no-poll'],
    retryInterval: interval === undefined ? undefined : whole('retry-interval', interval),
    seed: values.seed === undefined ? undefined : whole('seed', values.seed),
    persist: values.persist,
    signingKey: values['signing-key'],
    eventKeys: values['event-key'],
  };
}

function tell({ code, message }: LocalServerError, url: string): void {
  const what = code === 'APP_UNREACHABLE' ? `${url} does not answer` : message.replace(/\.$/, '');
  process.stderr.write(`${what}; trying again\n`);
}

async function main(): Promise<void> {
  const args = readArguments();
  if (args.help) return void process.stdout.write(usage);
  const interval = args.retryInterval;
  const server = await startLocalServer({
    port: args.port,
    host: args.host,
    urls: args.urls,
    onSyncFailed: tell,
    ...(args.poll ? {} : { pollInterval: false as const }),
    ...(interval === undefined ? {} : { retryDelay: () => interval * 1000 }),
    ...(args.seed === undefined ? {} : { seed: args.seed }),
    ...(args.persist === undefined ? {} : { persist: args.persist }),
    ...(args.signingKey === undefined ? {} : { signingKey: args.signingKey }),
    ...(args.eventKeys === undefined ? {} : { eventKeys: args.eventKeys }),
  });
  const stop = (): void => void server.stop().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Last: whoever has read this may stop the server.
  process.stdout.write(`Local Inngest server on ${server.url} (development and tests only)\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
