/** The example of a durable agent does what its page says. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('its worker dies in the middle of a tool, a person says yes, and nothing is done twice that had ended', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    'examples/agent/src/main.ts',
  ]);
  const of = (who: string) =>
    stdout.split('\n').flatMap(line => (line.trim().startsWith(`${who}  `) ? [line.trim().slice(8)] : []));
  expect(of('worker')).toEqual([
    'is ready',
    'asks the model, turn 1',
    'looks order 7 up',
    'was killed in the middle of a tool',
    'is ready',
    'looks order 7 up',
    'asks the model, turn 2',
    'pays 30 back for order 7',
    'asks the model, turn 3',
  ]);
  expect(of('stream')).toContain('tool-call-approval');
  expect(of('agent ')).toEqual(['Order 7 is paid back.']);
});
