/** One run of one graph under one schedule: what its caller's stream showed, and what each observer saw. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Mastra } from '@mastra/core';
import type { Case } from '../../differential/kit';
import type { StoryRig } from './rig';
import type { Schedule } from './schedule';
import { type StreamedEvent, differenceOf, disorderOf, lossOf, stepOf, wordOf } from './words';

interface RunLike {
  stream(args: object): { fullStream: AsyncIterable<StreamedEvent>; result: Promise<unknown> };
  observeStream(): AsyncIterable<StreamedEvent>;
  watchAsync(callback: (event: StreamedEvent) => void): Promise<() => void>;
}

/** Chunks that core's streams make themselves, and events that only `watch` shows. */
const FRAME = ['workflow-start', 'workflow-finish', 'workflow-step-finish'];
const isFrame = ({ type }: StreamedEvent) => FRAME.includes(type);

async function read(stream: AsyncIterable<StreamedEvent>): Promise<string[]> {
  const events: StreamedEvent[] = [];
  for await (const event of stream) events.push(event);
  return events.filter(event => !isFrame(event)).map(wordOf);
}

/** Plays the schedule; answers what is wrong, in words. */
export async function playStory(rig: StoryRig, one: Case, schedule: Schedule): Promise<string[]> {
  const runId = randomUUID();
  const runIn = async (mastra: Mastra) =>
    (await mastra.getWorkflowById(one.name as never).createRun({ runId })) as unknown as RunLike;
  const published = publishedOn(rig, `workflow:${one.name}:${runId}`);
  rig.play(schedule);
  const run = await runIn(rig.same);
  const began = Date.now();
  const streamed = run.stream({ inputData: one.input, ...startOf(one) });
  const story = read(streamed.fullStream);
  const at = (time: number) => wait(Math.max(0, began + time - Date.now()));
  const observers = schedule.observers.map(async observer => {
    await at(observer.at);
    const observed = await runIn(rig[observer.process]);
    const words =
      observer.how === 'observe' ? read(observed.observeStream()) : watch(observed, streamed.result);
    return { observer, words: await words };
  });
  const happenings = [
    ...schedule.drops.map(async time => at(time).then(() => rig.proxy.dropSockets())),
    ...schedule.kills.map(async time => at(time).then(() => rig.proxy.breakExecutions())),
  ];
  const [streamedWords, watchedWords] = await Promise.all([
    story,
    Promise.all(observers),
    Promise.all(happenings),
  ]);
  await rig.proxy.quiet();
  rig.rest();
  const partOf = partsOf(rig.same.getWorkflowById(one.name as never));
  // The code of a request that is broken goes on; with checkpointing, it executes the run beside the next request, and the
  // channel brings what both say as it comes. Where both are inside of one op, in a workflow of core's whose steps come in
  // another order each time, a watcher is shown something of either.
  const areTwo = schedule.checkpointing && schedule.kills.length > 0;
  const compared = (words: string[]) => (areTwo ? words.filter(word => !isInsideOp(word)) : words);
  const told = compared(await published.words(streamedWords));
  const expected = compared(streamedWords);
  const lost = areTwo ? lossOf(told, expected) : disorderOf(told, expected, partOf);
  const problems = lost ? [`the caller's stream, against what was published: ${lost}`] : [];
  for (const { observer, words: all } of watchedWords) {
    const words = compared(all);
    const exact = schedule.shared && schedule.kills.length === 0;
    const problem = exact ? differenceOf(expected, words) : disorderOf(expected, words, partOf);
    if (problem) problems.push(`${JSON.stringify(observer)}: ${problem}`);
  }
  return problems;
}

/** A step of a workflow of core's, which is executed in one op. */
function isInsideOp(word: string): boolean {
  return /-c\d+\./.test(stepOf(word)) || word.startsWith('data-') || word.startsWith('step-output');
}

function startOf(one: Case) {
  const { initialState } = one.start ?? {};
  return initialState ? { initialState } : {};
}

/** Watches until the run has ended and all is told. */
async function watch(run: RunLike, result: Promise<unknown>): Promise<string[]> {
  const words: string[] = [];
  let ended = () => {};
  const end = new Promise<void>(resolve => {
    ended = resolve;
  });
  const unwatch = await run.watchAsync(event => {
    if (event.type === 'workflow-finish') ended();
    if (!isFrame(event)) words.push(wordOf(event));
  });
  await Promise.all([result.catch(() => {}), Promise.race([end, wait(15_000)])]);
  unwatch();
  return words;
}

/** All events that go out on a channel, each once. */
function publishedOn({ proxy }: StoryRig, channel: string) {
  const before = proxy.onPublish;
  const events = new Map<string, StreamedEvent>();
  proxy.onPublish = async (message, path) => {
    const { searchParams } = new URL(path, 'http://127.0.0.1');
    if (searchParams.get('channel') === channel && searchParams.get('topic') === 'watch') {
      const { mastraEventId, ...event } = message as unknown as StreamedEvent & { mastraEventId: string };
      if (!events.has(mastraEventId)) events.set(mastraEventId, event);
    }
    await before?.(message, path);
  };
  const words = () => [...events.values()].filter(event => !isFrame(event)).map(wordOf);
  return {
    /** Waits until there are as many as expected; not for long, as there may be less. */
    words: async (expected: readonly string[]) => {
      for (let tries = 0; tries < 100 && words().length < expected.length; tries++) await wait(50);
      proxy.onPublish = before;
      return words();
    },
  };
}

/** The place in the graph of the part that a step belongs to; -1 for one that is not known. */
function partsOf(workflow: unknown): (step: string) => number {
  const parts = new Map<string, number>();
  const note = (entry: Entry, part: number) => {
    const id = entry.step?.id ?? entry.step?.step?.id ?? entry.id;
    if (id !== undefined) parts.set(id, part);
    for (const inner of [...(entry.steps ?? []), ...(entry.step?.stepGraph ?? [])]) note(inner, part);
  };
  (workflow as { stepGraph: Entry[] }).stepGraph.forEach((entry, part) => note(entry, part));
  return step => {
    const names = step.split('.');
    return parts.get(step) ?? parts.get(names.at(-1) ?? '') ?? parts.get(names[0] ?? '') ?? -1;
  };
}

interface Entry {
  id?: string;
  step?: { id?: string; step?: { id?: string }; stepGraph?: Entry[] };
  steps?: Entry[];
}
