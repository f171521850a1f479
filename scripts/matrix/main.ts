/**
 * `npm run matrix`: the same tests on each supported version of Inngest's SDK, with checkpointing on and off, and on the oldest core. `-- inngest-v3`
 * and the like runs some versions only, `-- --all` also what is left out for the sake of time.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { addTotals, formatTotal, noTests, readTotal } from '../test-total/total.js';
import { runStage } from '../verify/stage.js';
import { type Cell, cells } from './cells.js';
import { type CellOutcome, outcomeTable, requestTable } from './report.js';

const folder = path.resolve('.tmp/matrix');
const requestsFile = path.join(folder, 'requests.jsonl');

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const outcomes: CellOutcome[] = [];
// All of them, also after a failure: one run shows everything there is to mend.
const all = process.argv.includes('--all');
for (const cell of chosen(process.argv.slice(2))) outcomes.push(await runCell(cell));

process.stdout.write(requestTable(requestsFile));
process.stdout.write(`\n── summary of the matrix\n${outcomeTable(outcomes)}`);
process.stdout.write(`${formatTotal(outcomes.map(({ total }) => total).reduce(addTotals, noTests))}\n`);
process.exit(outcomes.every(({ ok }) => ok) ? 0 : 1);

function chosen(args: readonly string[]): Cell[] {
  const names = args.filter(arg => arg !== '--all');
  return cells(all).filter(({ sdk }) => names.length === 0 || names.includes(sdk));
}

async function runCell({ sdk, core, checkpointing, tests }: Cell): Promise<CellOutcome> {
  const onCore = core ? `, core ${installedVersion(core)}` : '';
  const name = `inngest ${installedVersion(sdk)}, checkpointing ${checkpointing}${onCore}`;
  const totalFile = path.join(folder, `total-${sdk}-${core ?? 'core'}-${checkpointing}.json`);
  const { ok, seconds } = await runStage({
    name,
    command: 'vitest',
    args: [
      'run',
      '--project',
      'suite',
      '--project',
      'shared',
      '--reporter',
      'dot',
      '--reporter',
      './scripts/test-total/reporter.ts',
      ...tests,
    ],
    env: {
      INNGEST_SDK: sdk,
      INNGEST_CHECKPOINTING: checkpointing,
      MASTRA_CORE: core,
      TEST_TOTAL_FILE: totalFile,
      REQUESTS_FILE: requestsFile,
      // Verify has played every case in every mode (`test/support/share.ts`).
      TEST_SCOPE: all ? 'full' : 'programs',
    },
  });
  return { name, ok, seconds, total: readTotal(totalFile) };
}

/** The SDK's exports don't include its package.json, so it is read as a file. */
function installedVersion(sdk: string): string {
  const manifest = path.resolve('node_modules', sdk, 'package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
