/**
 * Makes the fixtures from a folder of recorded traffic: `tsx extract.mts <folder>`.
 * The folder holds one .jsonl file per SDK and mode; each line is one exchange (see lib/types.ts).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentOf, family, traceOf, type Trace } from './lib/trace.js';
import { functionOf, isExecution, type Exchange, type Execution, type Mode } from './lib/types.js';
import { backoff, scenarios, type Root } from './scenarios.js';

/** The files of each mode, in the order in which a scenario is looked for. */
const sources: Record<Mode, string[]> = {
  v3: ['sdk-3.54.2.jsonl', 'sdk-3.54.2-extra.jsonl', 'sdk-3.54.2-backoff.jsonl'],
  'v4-off': ['sdk-4.24.0-checkpointing-off.jsonl', 'graphql.jsonl'],
  'v4-on': ['sdk-4.24.0-checkpointing-on.jsonl', 'sdk-4.24.0-extra.jsonl'],
};

function read(path: string): Exchange[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map(line => JSON.parse(line) as Exchange);
}

/** The first run of the recording that fits; what came of another run doesn't count. */
function find(root: Root, exchanges: Exchange[]): Execution | undefined {
  const [name, id] = (root.event ?? '').split(' ');
  return exchanges.filter(isExecution).find(one => {
    const { event } = one.req;
    return (
      functionOf(one).replace(/^app-v[34]-/, '') === root.fn &&
      parentOf(one) === '' &&
      (!name || event.name === name) &&
      (!id || event.id === id) &&
      (!root.data || same(event.data, root.data))
    );
  });
}

function same(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown) =>
    JSON.stringify(value, (_, item: unknown) =>
      item && typeof item === 'object' && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort())
        : item,
    );
  return sorted(a) === sorted(b);
}

function extract(folder: string, files: string[]): Record<string, Trace> {
  const out: Record<string, Trace> = {};
  for (const file of files) {
    const exchanges = read(join(folder, file));
    for (const scenario of [...scenarios, backoff]) {
      if (out[scenario.name]) continue;
      const starts = scenario.roots.map(root => find(root, exchanges));
      if (starts.some(start => !start)) continue;
      const ids = new Set(starts.map(start => start?.req.ctx.run_id));
      out[scenario.name] = traceOf(
        family(exchanges, one => ids.has(one.req.ctx.run_id)),
        exchanges,
      );
    }
  }
  return out;
}

const folder = process.argv[2];
if (!folder) throw new Error('usage: tsx extract.mts <folder with recordings>');
const target = fileURLToPath(new URL('./fixtures/', import.meta.url));
mkdirSync(target, { recursive: true });
for (const [name, files] of Object.entries(sources)) {
  const traces = extract(folder, files);
  writeFileSync(join(target, `${name}.json`), `${JSON.stringify(traces)}\n`);
  const lost = scenarios.filter(scenario => !traces[scenario.name]).map(scenario => scenario.name);
  process.stdout.write(
    `${name}: ${Object.keys(traces).length} scenarios; not recorded: ${lost.join(', ')}\n`,
  );
}
