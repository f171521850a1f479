/** `npm run bench`: measures everything and writes down what came out. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { type AgentResults, measureAgents } from './agents';
import { benchFolder } from './child';
import { countAll } from './counts';
import { entryCosts } from './entries';
import { kitReport } from './kit';
import { load, thisMachine } from './machine';
import { entrantName, isMeasured } from './matrix';
import { type Options, readOptions } from './options';
import { bundleApp, installDependencies, installPackage } from './prepare';
import { Progress } from './progress';
import { AGENTS, agentsReport } from './report/agents';
import { chart } from './report/chart';
import { figureTable, fullReport } from './report/full';
import { withBench, withSection } from './report/page';
import type { Results } from './results';
import { benchServer } from './server';
import { timeAll } from './timings';
import { versions } from './versions';
import { typeCosts } from './type-check';

const IMPORTS = 5;
const CHECKS = 3;

const folder = path.join(benchFolder, 'results');

const options = readOptions();
if (options) await main(options);

async function main(chosen: Options): Promise<void> {
  if (chosen.reportOnly) return report(storedResults());
  process.stdout.write('Installing what is compared, building and packing this package …\n');
  installDependencies();
  installPackage();
  await bundleApp();
  if (chosen.agentsOnly) return benchAgents(chosen.rounds);
  if (chosen.kitOnly) return writeMarkdown(path.join(folder, 'kit.md'), kitReport());
  const results = await measure(chosen);
  if (!chosen.complete) return void process.stdout.write(`\n${fullReport(results)}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${results.server}.json`), `${JSON.stringify(results)}\n`);
  await report(storedResults());
  await benchAgents(chosen.rounds);
  await writeMarkdown(path.join(folder, 'kit.md'), kitReport());
  process.stdout.write(
    `\n${figureTable(results)}\n\nWritten to bench/results/${results.server}.md and .svg\n`,
  );
}

async function benchAgents(rounds: number): Promise<void> {
  const server = await benchServer();
  try {
    const results = await measureAgents(server, rounds);
    writeFileSync(path.join(folder, `agents-${results.server}.json`), `${JSON.stringify(results)}\n`);
  } finally {
    server.stop();
  }
  await reportAgents();
}

/** The part of docs/bench.md that is about agents. */
async function reportAgents(): Promise<void> {
  const page = path.resolve(benchFolder, '../docs/bench.md');
  const measured = stored<AgentResults>(['agents-real.json', 'agents-local.json']);
  await writeMarkdown(page, withSection(readFileSync(page, 'utf8'), AGENTS, agentsReport(measured)));
}

async function measure({ scenarios, entrants, rounds, complete }: Options): Promise<Results> {
  const server = await benchServer();
  const runs = entrants.flatMap(entrant =>
    scenarios.filter(scenario => isMeasured(entrant, scenario)),
  ).length;
  const extras = complete ? IMPORTS + CHECKS : 0;
  const progress = new Progress(runs + runs * (rounds + 1) + extras);
  const step = (what: string) => progress.step(what);
  const before = load();
  try {
    const counts: Results['counts'] = {};
    for (const entrant of entrants) {
      counts[entrantName(entrant)] = await countAll(server.url, entrant, scenarios, step);
    }
    const timed = await timeAll({ serverUrl: server.url, entrants, scenarios, rounds, onDone: step });
    const entries = complete ? entryCosts(IMPORTS, step) : [];
    const types = complete ? typeCosts(CHECKS, step) : [];
    return {
      date: new Date().toISOString().slice(0, 10),
      server: server.kind,
      machine: thisMachine(),
      load: [before, load()],
      rounds,
      versions: versions(),
      counts,
      ...timed,
      entries,
      types,
    };
  } finally {
    progress.end();
    server.stop();
  }
}

/** Tables and charts of all results, and those of docs/bench.md. */
async function report(all: readonly Results[]): Promise<void> {
  for (const results of all) {
    const file = path.join(folder, results.server);
    await writeMarkdown(`${file}.md`, fullReport(results));
    writeFileSync(`${file}.svg`, chart(results));
  }
  const page = path.resolve(benchFolder, '../docs/bench.md');
  await writeMarkdown(page, withBench(readFileSync(page, 'utf8'), all));
  await reportAgents();
}

/** What was measured last on each server, the real one first. */
function storedResults(): Results[] {
  return stored<Results>(['real.json', 'local.json']);
}

function stored<T>(names: readonly string[]): T[] {
  return names
    .map(name => path.join(folder, name))
    .filter(file => existsSync(file))
    .map(file => JSON.parse(readFileSync(file, 'utf8')) as T);
}

/** As `npm run format` would leave it. */
async function writeMarkdown(file: string, content: string): Promise<void> {
  writeFileSync(file, await format(content, { ...(await resolveConfig(file)), filepath: file }));
}
