#!/usr/bin/env node
import { invoke } from './cli/invoke';
import { start } from './cli/start';
import { note } from './cli/terminal';
import { watch } from './cli/watch';
import { LocalServerError, messageOf } from './errors';
import { nearest } from '../wire/nearest';

const commands: Record<string, (args: string[]) => Promise<number>> = { invoke, watch };

async function main([first = '', ...rest]: string[]): Promise<void> {
  const command = Object.hasOwn(commands, first) ? commands[first] : undefined;
  if (command) {
    process.exitCode = await command(rest);
    return;
  }
  if (first !== '' && !first.startsWith('-')) {
    const meant = nearest(first, Object.keys(commands));
    throw new LocalServerError('INVALID_OPTION', `There is no command "${first}".`, {
      remedy: meant === undefined ? 'See --help.' : `Did you mean ${meant}?`,
    });
  }
  await start(process.argv.slice(2));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  note(messageOf(error));
  process.exitCode = 1;
});
