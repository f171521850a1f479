import { rmSync } from 'node:fs';
import { addTotals, formatTotal, noTests, readTotal } from '../test-total/total.js';
import { runStage, type StageOutcome } from './stage.js';
import { stages, testProjects, totalFile, workFolder } from './stages.js';

rmSync(workFolder, { recursive: true, force: true });
const startedAt = performance.now();
const outcomes: StageOutcome[] = [];
// All of them, also after a failure: one run shows everything there is to mend.
for (const stage of stages) outcomes.push(await runStage(stage));

process.stdout.write('\n── summary\n');
for (const { name, ok, seconds } of outcomes) {
  process.stdout.write(`${ok ? '  ok  ' : 'FAILED'}  ${seconds.toFixed(1).padStart(6)} s  ${name}\n`);
}
const totalSeconds = (performance.now() - startedAt) / 1000;
process.stdout.write(`        ${totalSeconds.toFixed(1).padStart(6)} s  in all\n`);
const totals = testProjects.map(project => readTotal(totalFile(project)));
process.stdout.write(`${formatTotal(totals.reduce(addTotals, noTests))}\n`);
process.exit(outcomes.every(outcome => outcome.ok) ? 0 : 1);
