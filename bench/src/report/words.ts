/** Sentences that stand in more than one report. */
import type { Results } from '../results';
import { SCENARIOS } from '../scenarios';

export const NOT_MEASURED: readonly string[] = [
  'a store on a disk or behind a network: snapshots go to memory here, and each write of a database adds its own time;',
  "Inngest Cloud, TLS, or a network between the app and Inngest: everything runs on one machine's loopback;",
  'the SDK v3 with the peer, which depends on v4;',
  'memory of one run alone: the peak is that of the process over all scenarios.',
];

/** The scenarios that a short run spared the peer. */
export function leftOut(results: Results): string[] {
  const peer = Object.entries(results.timings).filter(([name]) => name.startsWith('peer '));
  const isTimed = (id: string) => peer.some(([, timed]) => timed[id] !== undefined);
  const titles = SCENARIOS.filter(({ id }) => !isTimed(id)).map(({ title }) => title);
  return titles.length === 0 ? [] : [`the peer on the ${results.server} server: ${titles.join('; ')}.`];
}

/** When, where and on what the bench ran. */
export function surroundings({
  date,
  machine,
  server,
  rounds,
  versions,
  load,
}: Pick<Results, 'date' | 'machine' | 'server' | 'rounds' | 'versions' | 'load'>): string {
  const { cores, cpu, memory, node, platform } = machine;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const where =
    server === 'local' ? 'the local server, in a process of its own' : 'a real Inngest dev server';
  return (
    `Measured on ${date}, on ${cores} cores (${cpu}, ${platform}) with ${Math.round(memory / 2 ** 30)} GiB of memory, ` +
    `Node ${node}, on ${where}; ${rounds} rounds of everything in turn, after one to warm up; ` +
    `load of the machine ${load[0]} before and ${load[1]} after. ${packages.join(', ')}.`
  );
}

/** Who is who in the tables. */
export const contenders =
  '*raw* is an Inngest function written by hand for the same job, *publishing* one that also publishes three events a step, ' +
  'as a run of this package does for whoever watches it, *ours* this package, *peer* the npm package of the same name.';
