import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LocalServerError } from '../errors';
import { field, parseJson, text } from '../json';

/** A process, and which of those that had its number: ids are given again, the start time is not. */
interface Owner {
  pid: number;
  /** Undefined where the system does not tell it. */
  began: string | undefined;
}

const held = new Set<string>();

/** When a process was started, in ticks since the machine was (proc(5), `stat`, field 22). */
function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in brackets, and may have spaces and brackets in it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive({ pid, began }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // One that is another user's is alive.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return began === undefined || began === beganAt(pid);
}

function readOwner(lock: string): Owner | undefined {
  try {
    const value = parseJson(readFileSync(lock, 'utf8'));
    const pid = field(value, 'pid');
    return typeof pid === 'number' ? { pid, began: text(value, 'began') } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the lock is this process's now; with its contents, so that nobody ever reads half a one. */
function tryLock(lock: string): boolean {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, began: beganAt(process.pid) }));
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(mine);
  }
}

/** Takes away what a dead process left. Of two that do so at once, one finds nothing to take. */
function removeStale(lock: string): void {
  const aside = `${lock}.stale-${process.pid}`;
  try {
    renameSync(lock, aside);
    rmSync(aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * Keeps a file for this process, by a file beside it that names the process: what a killed one left behind does not count.
 * @returns gives the file back
 * @throws LocalServerError `FILE_IN_USE`, with the process that has it
 */
export function lockFile(path: string): () => void {
  const lock = `${resolve(path)}.lock`;
  if (held.has(lock)) throw inUse(path, process.pid);
  while (!tryLock(lock)) {
    const owner = readOwner(lock);
    // One of this process's number, which holds none, is an earlier one's.
    if (owner && owner.pid !== process.pid && isAlive(owner)) throw inUse(path, owner.pid);
    removeStale(lock);
  }
  held.add(lock);
  return () => {
    held.delete(lock);
    rmSync(lock, { force: true });
  };
}

function inUse(path: string, pid: number): LocalServerError {
  const who = pid === process.pid ? 'another server of this process' : `the local server of process ${pid}`;
  return new LocalServerError('FILE_IN_USE', `persist: ${path} is the file of ${who}.`, {
    remedy: 'Stop that one, or name another file.',
  });
}
