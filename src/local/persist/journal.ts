import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { LocalServerError, messageOf } from '../errors';
import type { Json } from '../json';
import { parseJson } from '../json';
import { lockFile } from './file-lock';

/** What stands under a kind and a key from now on; `null` is nothing. */
export type Entry = [kind: string, key: string, value: Json];

/** A file is written anew once it is larger than this and mostly out of date. */
const smallest = 4 * 2 ** 20;
const outdated = 4;

/**
 * A file of entries, of which the last one of each key counts. A line is what happened at once: one that was cut
 * off by the end of a process did not happen. What is written survives the process, though not the machine: nothing
 * waits for the disk.
 */
export class Journal {
  readonly #entries = new Map<string, Map<string, Json>>();
  #file: number;
  #size = 0;
  #fresh = 0;
  readonly #unlock: () => void;

  /** @throws LocalServerError `FILE_IN_USE`; `INVALID_OPTION` if the file can't be used, or is no journal */
  constructor(private readonly path: string) {
    let unlock = (): void => {};
    try {
      this.#unlock = unlock = lockFile(path);
      if (existsSync(path)) this.#read();
      this.#file = this.#compact();
    } catch (error) {
      unlock();
      if (LocalServerError.is(error)) throw error;
      throw new LocalServerError('INVALID_OPTION', `persist: ${messageOf(error)}.`, {
        remedy: 'Name a file in a folder that exists and can be written.',
        cause: error,
      });
    }
  }

  /** What the file had under this kind when it was opened. */
  read(kind: string): ReadonlyMap<string, Json> {
    return this.#entries.get(kind) ?? new Map();
  }

  /** Lets go of what was read. */
  forget(): void {
    this.#entries.clear();
  }

  write(entries: Entry[]): void {
    const line = `${JSON.stringify(entries)}\n`;
    writeSync(this.#file, line);
    this.#size += Buffer.byteLength(line);
    if (this.#size < Math.max(smallest, this.#fresh * outdated)) return;
    closeSync(this.#file);
    this.#read();
    this.#file = this.#compact();
    this.forget();
  }

  close(): void {
    closeSync(this.#file);
    this.#unlock();
  }

  #read(): void {
    this.forget();
    const lines = readFileSync(this.path, 'utf8').split('\n');
    for (const [index, line] of lines.entries()) {
      const entries = parseJson(line);
      if (Array.isArray(entries)) for (const entry of entries) this.#apply(entry as unknown as Entry);
      else if (index < lines.length - 1) {
        throw new LocalServerError(
          'INVALID_OPTION',
          `persist: ${this.path} is no journal of a local server.`,
          {
            remedy: 'Name another file, or remove that one.',
          },
        );
      }
    }
  }

  #apply([kind, key, value]: Entry): void {
    const same = this.#entries.get(kind) ?? new Map<string, Json>();
    this.#entries.set(kind, same);
    same.delete(key);
    if (value !== null) same.set(key, value);
  }

  /** Writes only what counts, beside the old file until all of it is there. */
  #compact(): number {
    const next = `${this.path}.next`;
    const lines = [...this.#entries].flatMap(([kind, same]) =>
      [...same].map(([key, value]) => `${JSON.stringify([[kind, key, value]])}\n`),
    );
    const text = lines.join('');
    writeFileSync(next, text);
    renameSync(next, this.path);
    this.#size = this.#fresh = Buffer.byteLength(text);
    return openSync(this.path, 'a');
  }
}
