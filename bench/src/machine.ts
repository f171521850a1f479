import { cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  cores: number;
  cpu: string;
  memory: number;
  node: string;
  platform: string;
}

export function thisMachine(): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memory: totalmem(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** Processes that wanted a core in the last minute: above the number of cores, the times are not to be trusted. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}
