/**
 * Records, from a real server, the scenarios that the recordings lack in a mode:
 * `INNGEST_BASE_URL=<server> tsx record.mts <mode>` (see docs/local-server-conformance.md for the server's flags).
 * Every SDK major needs a process of its own, hence one mode at a time.
 */
import { writeFileSync } from 'node:fs';
import { recordedThen } from './coverage.js';
import { apart, performApart } from './lib/apart.js';
import { startRig } from './lib/run.js';
import { onRealServer } from './lib/server.js';
import { traceOf, type Trace } from './lib/trace.js';
import { modes, type Mode } from './lib/types.js';
import { scenarios } from './scenarios.js';

/** Few enough that times come out as on an idle machine. */
const atOnce = 6;

async function record(mode: Mode): Promise<Record<string, Trace>> {
  const known = recordedThen(mode);
  // v3 has no such race.
  const impossible = mode === 'v3' ? 'grace' : '';
  const missing = scenarios.filter(one => !known[one.name] && one.name !== impossible);
  const out: Record<string, Trace> = {};
  for (let i = 0; i < missing.length; i += atOnce) {
    const rig = await startRig(mode, missing.slice(i, i + atOnce), {});
    for (const [name, executions] of rig.results) {
      out[name] = traceOf(await executions, rig.session.proxy.exchanges, rig.session.namespace);
    }
    await rig.stop();
  }
  for (const one of apart.filter(({ modes: some }) => some.includes(mode)))
    out[one.scenario.name] = await performApart(mode, one);
  return out;
}

const chosen = modes.find(one => one === process.argv[2]);
if (!chosen || !onRealServer)
  throw new Error('usage: INNGEST_BASE_URL=<server> tsx record.mts v3|v4-off|v4-on');
const traces = await record(chosen);
const file = new URL(`./fixtures/${chosen}-more.json`, import.meta.url);
writeFileSync(file, `${JSON.stringify(traces)}\n`);
for (const [name, { runs }] of Object.entries(traces)) {
  process.stdout.write(`${name}: ${runs.map(run => `${run.fn} ${run.calls.length}`).join(', ')}\n`);
}
process.exit(0);
