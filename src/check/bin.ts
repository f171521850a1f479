#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { MastraInngestError } from '../errors';
import { check } from './check';

const usage = `Usage: mastra-inngest check [entry] [options]

Says whether the runs that are under way survive a deploy of this version: compares its workflows with
mastra-inngest.lock.json, and with the runs in the app's store. Starts nothing.

  entry         the file that exports your Mastra (default src/mastra/index.ts or .js)
      --write   write mastra-inngest.lock.json anew; commit it with each deploy
      --no-runs do not look at the store
  -h, --help    this text

Ends with 1 where something is executed again or can't go on.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      write: { type: 'boolean', default: false },
      'no-runs': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, entry] = positionals;
  if (values.help || command !== 'check' || positionals.length > 2) {
    (values.help ? process.stdout : process.stderr).write(usage);
    return values.help ? 0 : 1;
  }
  const result = await check({ folder: process.cwd(), entry, runs: !values['no-runs'], write: values.write });
  process.stdout.write(`${result.report}\n`);
  return result.isHarmful ? 1 : 0;
}

/** What the app has opened (a pool of connections) must not keep the process alive. */
function end(code: number): void {
  process.stdout.write('', () => process.exit(code));
}

main().then(end, (error: unknown) => {
  const { message, stack } = error as Error;
  process.stderr.write(`${MastraInngestError.is(error) ? message : (stack ?? String(error))}\n`);
  end(1);
});
