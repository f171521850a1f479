import type { LocalServerOptions } from '../options';
import type { LocalServer } from '../server';
import { startLocalServer } from '../server';
import type { AppFailed, ServerActivity } from '../server-activity';
import { activityLine } from './activity-lines';
import type { StartOptions } from './start-options';
import { startOptions, usage } from './start-options';
import { note, printable, say } from './terminal';

/** The server's options, of those of the command. New ones are added here and in start-options.ts. */
function serverOptions(given: StartOptions): LocalServerOptions {
  const { port, host, urls, poll, retryInterval, seed, persist, signingKey, eventKeys } = given;
  return {
    port,
    host,
    urls,
    onActivity: reporter(given),
    ...(poll ? {} : { pollInterval: false as const }),
    ...(retryInterval === undefined ? {} : { retryDelay: () => retryInterval * 1000 }),
    ...(seed === undefined ? {} : { seed }),
    ...(persist === undefined ? {} : { persist }),
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(eventKeys === undefined ? {} : { eventKeys }),
  };
}

/** What is wrong with an app is told on standard error, where it is seen whatever else is printed. */
function tellFailed({ code, message, url }: AppFailed, isAsked: boolean): void {
  const what = code === 'APP_UNREACHABLE' ? `${url} does not answer` : message.replace(/\.$/, '');
  note(`${printable(what)}${isAsked ? '; trying again' : ''}`);
}

function reporter({ json, quiet, urls }: StartOptions): (activity: ServerActivity) => void {
  if (json) return activity => say(JSON.stringify(activity));
  return activity => {
    if (activity.type === 'app.failed') return tellFailed(activity, urls.includes(activity.url));
    const line = quiet ? undefined : activityLine(activity);
    if (line !== undefined) say(line);
  };
}

/** Stops at the first signal, and ends the process at once at the second. */
function stopOnSignal(server: LocalServer, { json, quiet, persist }: StartOptions): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    const unfinishedRuns = server.unfinishedRuns;
    const fate = persist === undefined ? 'are gone: nothing is kept' : `go on from ${persist}`;
    if (json) say(JSON.stringify({ type: 'server.stopping', at: server.now(), unfinishedRuns }));
    else if (unfinishedRuns > 0 && !quiet)
      say(`Stopping. Runs: ${unfinishedRuns} unfinished, which ${fate}.`);
    void server.stop().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** Starts the server, which then keeps the process alive. */
export async function start(args: string[]): Promise<void> {
  const given = startOptions(args);
  if (given.help) return say(usage.trimEnd());
  const server = await startLocalServer(serverOptions(given));
  stopOnSignal(server, given);
  // Last: whoever has read this may stop the server.
  if (given.json) say(JSON.stringify({ type: 'server.started', at: server.now(), url: server.url }));
  else say(`Local Inngest server on ${server.url} (development and tests only)`);
}
