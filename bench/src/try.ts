import { bundleApp, installPackage } from './prepare';
import { benchServer } from './server';
import { countAll } from './counts';
import { timeAll } from './timings';
import { ENTRANTS, entrantName } from './matrix';
import { SCENARIOS } from './scenarios';
import { median, p95 } from './stats';

const [only = '', who = '', rounds = '3', what = 'both', build = ''] = process.argv.slice(2);
if (build) installPackage();
await bundleApp();
const server = await benchServer();
const scenarios = SCENARIOS.filter(s => new RegExp(only).test(s.id));
const entrants = ENTRANTS.filter(e => new RegExp(who).test(entrantName(e)));
if (what !== 'time') for (const entrant of entrants) {
  const counts = await countAll(server.url, entrant, scenarios, () => {});
  console.log(entrantName(entrant)); console.table(counts);
}
if (what !== 'count') {
  const t0 = performance.now();
  const { timings, peakRss } = await timeAll({ serverUrl: server.url, entrants, scenarios, rounds: Number(rounds), onDone: () => {} });
  for (const s of scenarios) {
    console.log(s.id);
    console.table(Object.fromEntries(Object.entries(timings).map(([name, by]) => {
      const { samples, missing } = by[s.id]!;
      const of = (k: 'setup'|'time'|'after'|'cpu') => samples.map(x => x[k] ?? NaN);
      const r = (n: number) => Math.round(n * 10) / 10;
      return [name, missing ? { missing: missing.slice(0, 100) } : { n: samples.length, setup: r(median(of('setup'))), time: r(median(of('time'))), p95: r(p95(of('time'))), after: r(median(of('after'))), cpu: r(median(of('cpu'))) }];
    })));
  }
  console.log(peakRss, 'ms', Math.round(performance.now() - t0));
}
server.stop();
