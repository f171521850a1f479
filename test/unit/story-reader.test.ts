import { InMemoryServerCache } from '@mastra/core/cache';
import { expect, test } from 'vitest';
import { EventLog, LogReader } from '../../src/log/event-log';
import type { PublishedEvent } from '../../src/realtime/channel';
import { runFinished } from '../../src/realtime/events';
import type { StoryEvent } from '../../src/run/stored-story';
import { StoryReader } from '../../src/run/story-reader';
import { emptySnapshot, type Status } from '../../src/snapshot/snapshot';

const event = (op: string, number: number, type = 'step-start'): PublishedEvent => ({
  type: `workflow-${type}`,
  payload: { id: op, startedAt: 5 },
  mastraEventId: `run/${op}#${number}`,
});
const step = (op: string): PublishedEvent[] =>
  ['step-start', 'step-result', 'step-finish'].map((type, number) => event(op, number, type));

function reading({ comesLate = false, withLog = false } = {}) {
  const told: string[] = [];
  const stored: { status: Status; events: PublishedEvent[]; story?: StoryEvent[] } = {
    status: 'running',
    events: [],
  };
  const log = new EventLog<PublishedEvent>(new InMemoryServerCache(), 'run');
  const reader = new StoryReader({
    tell: ({ type, payload }) =>
      told.push(`${type.replace('workflow-', '')} ${(payload?.id ?? '') as string}`.trim()),
    stored: async () => ({
      snapshot: emptySnapshot('run', stored.status, { inngest: { events: [] } }),
      story: stored.story ?? stored.events.map(one => ({ event: one, count: 1 })),
    }),
    log: withLog ? new LogReader(log) : undefined,
    warnings: { warn() {} },
    comesLate,
  });
  const append = (events: PublishedEvent[]) =>
    log.append(events.map(one => ({ id: one.mastraEventId, event: one })));
  return { reader, told, stored, append };
}

const words = (...ops: string[]) =>
  ops.flatMap(op => ['step-start', 'step-result', 'step-finish'].map(type => `${type} ${op}`));

test('turns of a loop within one millisecond are all told, and what comes twice is told once', async () => {
  const { reader, told } = reading();
  const turns = ['inc', 'inc (2)', 'inc (3)'].flatMap(step);
  for (const one of [...turns, ...turns]) reader.receive(one);
  await expect.poll(() => told).toEqual(words('inc', 'inc (2)', 'inc (3)'));
});

test('of an op that is executed again each step’s start and end is told, whatever it writes', async () => {
  const { reader, told } = reading();
  const ofCall = (number: number, type: string, stepCallId: string): PublishedEvent => ({
    ...event('one', number, type),
    payload: { id: 'one', stepCallId },
  });
  const first = [
    ofCall(0, 'step-start', 'a'),
    ...[1, 2, 3].map(number => event('one', number, 'step-output')),
  ];
  const again = [
    ofCall(0, 'step-start', 'a'),
    event('one', 1, 'step-output'),
    ofCall(2, 'step-result', 'a'),
    ofCall(3, 'step-finish', 'a'),
  ];
  for (const one of [...first, ...again, ...again]) reader.receive(one);
  await expect.poll(() => told.at(-1)).toBe('step-finish one');
  const output = 'step-output one';
  expect(told).toEqual(['step-start one', output, output, output, 'step-result one', 'step-finish one']);
});

test('of events that are not kept, those that were heard are told, and a marker says how many others there were', async () => {
  const { reader, told, stored } = reading({ comesLate: true });
  await reader.open();
  for (const number of [2, 4]) reader.receive(event('one', number, 'step-output'));
  const [start, result, finish] = [
    event('one', 0),
    event('one', 5, 'step-result'),
    event('one', 6, 'step-finish'),
  ];
  const omitted: PublishedEvent = { type: 'data-mastra-omitted', mastraEventId: 'run/one#1' };
  stored.story = [
    { event: start, count: 1 },
    { event: omitted, count: 4 },
    { event: result, count: 1 },
    { event: finish, count: 1 },
  ];
  reader.receive(finish);
  await expect.poll(() => told.at(-1)).toBe('step-finish one');
  const marker = 'data-mastra-omitted';
  const output = 'step-output one';
  expect(told).toEqual([
    'step-start one',
    marker,
    output,
    marker,
    output,
    'step-result one',
    'step-finish one',
  ]);
});

test('the past comes first, and what is both past and live comes once', async () => {
  const { reader, told, stored } = reading({ comesLate: true });
  stored.events = step('one');
  for (const one of [...step('one').slice(1), ...step('two')]) reader.receive(one);
  await reader.open();
  await expect.poll(() => told).toEqual(words('one', 'two'));
});

test('an event whose predecessors were missed waits for them', async () => {
  const { reader, told, stored } = reading({ comesLate: true });
  await reader.open();
  const [start, result, finish] = step('two') as [PublishedEvent, PublishedEvent, PublishedEvent];
  reader.receive({ ...event('two', 1, 'step-output') });
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(told).toEqual([]);
  stored.events = [
    start,
    event('two', 1, 'step-output'),
    event('two', 2, 'step-result'),
    event('two', 3, 'step-finish'),
  ];
  reader.receive({ ...result, mastraEventId: 'run/two#2' });
  reader.receive({ ...finish, mastraEventId: 'run/two#3' });
  await expect
    .poll(() => told)
    .toEqual(['step-start two', 'step-output two', 'step-result two', 'step-finish two']);
});

test('where nothing is stored of it, the end of a missed step is told with its start', async () => {
  const { reader, told } = reading({ comesLate: true });
  await reader.open();
  reader.receive(event('two', 1, 'step-result'));
  await expect.poll(() => told).toEqual(['step-start two', 'step-result two']);
});

test('the log’s order is told, whatever the channel’s', async () => {
  const { reader, told, append } = reading({ withLog: true });
  const [one, two] = [step('one'), step('two')];
  await append([...one, ...two]);
  for (const late of [...two, ...one]) reader.receive(late);
  await expect.poll(() => told).toEqual(words('one', 'two'));
});

test('a log that lacks what the channel brings is another process’s business: the channel is believed', async () => {
  const { reader, told, append } = reading({ withLog: true });
  await append(step('one'));
  for (const here of [...step('one'), ...step('two')]) reader.receive(here);
  await expect.poll(() => told).toEqual(words('one', 'two'));
});

test('while the channel is interrupted nothing is told, and what was missed comes first', async () => {
  const { reader, told, stored } = reading();
  for (const one of step('one')) reader.receive(one);
  reader.interrupted();
  for (const three of step('three')) reader.receive(three);
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(told).not.toContain('step-start three');
  stored.events = ['one', 'two'].flatMap(step);
  reader.resumed();
  await expect.poll(() => told).toEqual(words('one', 'two', 'three'));
});

test('nothing of the legs before is told to who follows a leg', async () => {
  const { reader, told, stored } = reading();
  stored.events = step('one');
  await reader.skip(emptySnapshot('run', 'suspended'));
  for (const two of step('two')) reader.receive(two);
  stored.events = ['one', 'two'].flatMap(step);
  await reader.complete(emptySnapshot('run', 'success', { inngest: { events: [] } }));
  expect(told).toEqual(words('two'));
});

test('a status that no step says is said once, and nothing after the end', async () => {
  const { reader, told } = reading();
  const end = {
    ...runFinished({ runId: 'run', workflowStatus: 'canceled' }, 0),
    mastraEventId: 'run/finish#0',
  };
  reader.receive(end);
  await reader.complete(emptySnapshot('run', 'canceled', { inngest: { events: [] } }));
  for (const one of step('one')) reader.receive(one);
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(told).toEqual(['finish', 'canceled']);
});
