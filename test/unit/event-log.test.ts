import { InMemoryServerCache } from '@mastra/core/cache';
import { expect, test } from 'vitest';
import { EventLog, type ListCache, LogReader } from '../../src/log/event-log';

const entry = (id: string) => ({ id, event: { text: id } });
const ids = (entries: { id: string }[]) => entries.map(({ id }) => id);

test('what is appended is read in order, from any position on', async () => {
  const log = new EventLog(new InMemoryServerCache(), 'run');
  await log.append([entry('a'), entry('b')]);
  await log.append([entry('c')]);
  const { entries, next } = await log.read(0);
  expect(ids(entries)).toEqual(['a', 'b', 'c']);
  await log.append([entry('d')]);
  expect(ids((await log.read(next)).entries)).toEqual(['d']);
});

test('a reader gets each event once, also where one was appended twice or the log was emptied', async () => {
  const log = new EventLog(new InMemoryServerCache(), 'run');
  const reader = new LogReader(log);
  await log.append([entry('a')]);
  await log.append([entry('a'), entry('b')]);
  expect(ids(await reader.next())).toEqual(['a', 'b']);
  expect(await reader.next()).toEqual([]);
  await log.delete();
  await log.append([entry('b'), entry('c')]);
  expect(await reader.next()).toEqual([]);
  expect(ids(await reader.again())).toEqual(['c']);
});

test('a cache of core before 1.61, which knows no index, holds a log, too', async () => {
  const { listPush, listFromTo, delete: remove } = InMemoryServerCache.prototype;
  const inner = new InMemoryServerCache();
  const old: ListCache = {
    listPush: (...args) => listPush.apply(inner, args),
    listFromTo: (...args) => listFromTo.apply(inner, args),
    delete: key => remove.call(inner, key),
  };
  const log = new EventLog(old, 'run');
  await log.append([entry('a')]);
  expect(ids((await log.read(0)).entries)).toEqual(['a']);
});

test('nobody waits for a cache that does not answer, and for a while nobody asks it again', async () => {
  let calls = 0;
  const dead: ListCache = {
    listPush: () => {
      calls++;
      return new Promise(() => {});
    },
    listFromTo: () => new Promise(() => {}),
    delete: async () => {},
  };
  const log = new EventLog(dead, 'run');
  await expect(log.append([entry('a')])).rejects.toThrow('did not answer within 1000 ms');
  await expect(log.append([entry('b')])).rejects.toThrow('left alone');
  await expect(log.read(0)).rejects.toThrow('left alone');
  expect(calls).toBe(1);
});
