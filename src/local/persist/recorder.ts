import type { Json } from '../json';
import type { Entry } from './journal';
import { Journal } from './journal';

/** Collects what has changed, and writes it before anybody outside can see that it has. */
export interface Recorder {
  /** What was recorded under this kind before the server started. */
  read: (kind: string) => ReadonlyMap<string, Json>;
  /** All that was recorded has been read. */
  restored: () => void;
  /** Something has changed. What it is then is asked for once, when it is written: the entries of all that belongs to it. */
  changed: (what: string, entries: () => Entry[]) => void;
  /** Writes what has changed so far. */
  flush: () => void;
  close: () => void;
}

/** For a server that keeps everything in memory. */
export const noRecorder: Recorder = {
  read: () => new Map(),
  restored: () => {},
  changed: () => {},
  flush: () => {},
  close: () => {},
};

/** Records in a file. */
export function recorderOf(path: string): Recorder {
  const journal = new Journal(path);
  const pending = new Map<string, () => Entry[]>();
  let closed = false;
  let scheduled = false;
  const flush = (): void => {
    if (closed || pending.size === 0) return;
    const entries = [...pending.values()].flatMap(make => make());
    pending.clear();
    journal.write(entries);
  };
  return {
    read: kind => journal.read(kind),
    restored: () => journal.forget(),
    changed: (what, entries) => {
      if (closed) return;
      pending.set(what, entries);
      if (scheduled) return;
      scheduled = true;
      // What nobody is told of is written, too, soon.
      setImmediate(() => {
        scheduled = false;
        flush();
      });
    },
    flush,
    close: () => {
      if (closed) return;
      flush();
      closed = true;
      journal.close();
    },
  };
}
