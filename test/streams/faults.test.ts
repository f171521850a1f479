/** I9: what whoever watches a run was not told, was told twice, or in the wrong order. Each was seen once. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LINE, StreamRig, wordsOf } from './rig';
import { type StreamedEvent, wordOf } from './stories/words';

let rig: StreamRig;
beforeAll(async () => {
  rig = await StreamRig.start();
});
afterAll(() => rig?.harness.stop());
afterEach(() => {
  rig.harness.proxy.onPublish = undefined;
  Object.assign(rig.slow, { reads: 0, writes: 0 });
});

const INPUT = { inputData: { n: 0 } };

/** A run of `line` that stands at its gate, with what its caller's stream shows in the end. */
async function atGate(runId: string): Promise<{ story: Promise<string[]> }> {
  const run = await rig.run('line', runId);
  const story = wordsOf(run.stream(INPUT).fullStream);
  await rig.gate(runId).arrived;
  return { story };
}

describe('somebody who comes while the run executes', () => {
  test('is told the past first, also where events come before the subscription is confirmed', async () => {
    const runId = randomUUID();
    const { story } = await atGate(runId);
    let echoes = 0;
    rig.harness.proxy.onPublish = async (_message, path) => {
      if (!path.includes('mastra-echo')) return;
      echoes++;
      await wait(400);
    };
    const seen = wordsOf((await rig.runElsewhere('line', runId)).observeStream());
    await expect.poll(() => echoes).toBeGreaterThan(0);
    rig.gate(runId).letPass();
    expect(await seen).toEqual(LINE);
    expect(await story).toEqual(LINE);
  });

  test('is told the past, also where the run ends while the store is read', async () => {
    const runId = randomUUID();
    const { story } = await atGate(runId);
    rig.slow.reads = 500;
    const seen = wordsOf((await rig.runElsewhere('line', runId)).observeStream());
    await wait(700);
    rig.gate(runId).letPass();
    await story;
    expect(await seen).toEqual(LINE);
  });

  test('is told a step that was told to others and is not stored yet', async () => {
    const runId = randomUUID();
    rig.slow.writes = 400;
    let told = () => {};
    const resultOfOne = new Promise<void>(resolve => {
      told = resolve;
    });
    rig.harness.proxy.onPublish = async message => {
      const { type, payload } = message as unknown as StreamedEvent;
      if (type === 'workflow-step-start' && payload?.id === 'one') told();
    };
    const story = wordsOf((await rig.run('line', runId)).stream(INPUT).fullStream);
    await resultOfOne;
    const seen = wordsOf((await rig.runElsewhere('line', runId)).observeStream());
    const watched: string[] = [];
    const unwatch = await (
      await rig.runElsewhere('line', runId)
    ).watchAsync(event => void watched.push(wordOf(event)));
    rig.gate(runId).letPass();
    expect(await story).toEqual(LINE);
    expect(await seen).toEqual(LINE);
    const withoutFrame = LINE.filter(word => !['start', 'finish'].includes(word));
    await expect.poll(() => watched.filter(word => !/^(step-)?finish/.test(word))).toEqual(withoutFrame);
    unwatch();
  });

  test('is told what the executing step wrote before, within seconds and before it ends', async () => {
    const runId = randomUUID();
    const { story } = await atGate(runId);
    const seen: string[] = [];
    const stream = (await rig.runElsewhere('line', runId)).observeStream();
    const reading = (async () => {
      for await (const event of stream) seen.push(wordOf(event));
    })();
    await expect.poll(() => seen).toEqual(LINE.slice(0, LINE.indexOf('step-output gate.after')));
    rig.gate(runId).letPass();
    await reading;
    expect(seen).toEqual(LINE);
    await story;
  });

  test('with a run object that was made before the run began is told the past', async () => {
    const runId = randomUUID();
    const early = await rig.runElsewhere('line', runId);
    const { story } = await atGate(runId);
    const watched: string[] = [];
    early.watch(event => void watched.push(wordOf(event)));
    await expect.poll(() => watched).toContain('step-result one success');
    rig.gate(runId).letPass();
    await story;
    await expect.poll(() => watched).toContain('data-line last.0');
    expect(watched.indexOf('step-start one')).toBe(0);
  });
});

describe('somebody who comes late', () => {
  test('is told what steps wrote, in another process and in the same', async () => {
    const runId = randomUUID();
    rig.gate(runId).letPass();
    await (await rig.run('line', runId)).start(INPUT);
    expect(await wordsOf((await rig.runElsewhere('line', runId)).observeStream())).toEqual(LINE);
    expect(await wordsOf((await rig.run('line', runId)).observeStream())).toEqual(LINE);
  });

  test('goes on from a position', async () => {
    const runId = randomUUID();
    rig.gate(runId).letPass();
    await (await rig.run('line', runId)).start(INPUT);
    const rest = (await rig.runElsewhere('line', runId)).observeStream({ offset: 6 });
    expect(await wordsOf(rest)).toEqual(LINE.slice(6));
  });

  test('is told how much is not kept of a step that wrote very much', async () => {
    const runId = randomUUID();
    await (await rig.run('wordy', runId)).start(INPUT);
    const events: StreamedEvent[] = [];
    for await (const event of (await rig.runElsewhere('wordy', runId)).observeStream()) events.push(event);
    const lines = events.filter(({ type }) => type === 'data-line');
    const marks = events.filter(({ type }) => type === 'data-mastra-omitted');
    expect(lines.length).toBeGreaterThan(20);
    expect(marks.map(({ data }) => data)).toEqual([{ events: 40 - lines.length }]);
    expect(events.map(wordOf).slice(-4)).toEqual([
      'step-result wordy success',
      'step-start end',
      'step-result end success',
      'finish',
    ]);
  });

  test('is told each turn of a loop, however quick', async () => {
    const runId = randomUUID();
    const story = await wordsOf((await rig.run('turns', runId)).stream(INPUT).fullStream);
    expect(story.filter(word => word.startsWith('step-result'))).toHaveLength(30);
    expect(await wordsOf((await rig.runElsewhere('turns', runId)).observeStream())).toEqual(story);
  });
});

describe('the caller’s own stream', () => {
  test('has no hole where the socket is dropped', async () => {
    const runId = randomUUID();
    rig.harness.proxy.onPublish = async message => {
      const { type, payload } = message as unknown as StreamedEvent;
      if (type === 'workflow-step-start' && payload?.id === 'one') rig.harness.proxy.dropSockets();
    };
    const { story } = await atGate(runId);
    await wait(1000);
    rig.gate(runId).letPass();
    expect(await story).toEqual(LINE);
  });
});

describe('where the channel brings nothing, everybody is told all the same', () => {
  afterEach(() => {
    rig.harness.proxy.mute = false;
    rig.harness.proxy.refused = undefined;
  });

  test('because it can not be subscribed to', async () => {
    rig.harness.proxy.refused = '/v1/realtime';
    await toldAll(() => {});
  });

  test('because its connection is gone without a word', async () => {
    await toldAll(() => {
      rig.harness.proxy.mute = true;
    });
  });

  test('also as an agent’s run is followed, from before it begins', async () => {
    const runId = randomUUID();
    rig.harness.proxy.refused = '/v1/realtime';
    const words: string[] = [];
    await (
      await rig.runElsewhere('line', runId)
    ).tellAll({
      tell: event => void words.push(wordOf(event)),
      ended: ({ status }) => void words.push(status),
    });
    const { story } = await atGate(runId);
    await expect.poll(() => words).toContain('step-output gate.before');
    rig.gate(runId).letPass();
    await expect.poll(() => words.at(-1)).toBe('success');
    expect(words.filter(word => !word.startsWith('step-finish'))).toEqual([...LINE.slice(1, -1), 'success']);
    expect(await story).toEqual(LINE);
  });

  /** The caller's stream, observers and watchers in this process and another; the fault comes while a step waits. */
  async function toldAll(fault: () => void): Promise<void> {
    const runId = randomUUID();
    const streams = [growing((await rig.run('line', runId)).stream(INPUT).fullStream)];
    await rig.gate(runId).arrived;
    const runs = await Promise.all([rig.run('line', runId), rig.runElsewhere('line', runId)]);
    streams.push(...runs.map(run => growing(run.observeStream())));
    const watched = runs.map(run => {
      const words: string[] = [];
      run.watch(event => void words.push(wordOf(event)));
      return words;
    });
    const untilGate = LINE.slice(0, LINE.indexOf('step-output gate.after'));
    for (const { words } of streams) await expect.poll(() => words).toEqual(untilGate);
    fault();
    rig.gate(runId).letPass();
    for (const { words, ended } of streams) {
      await ended;
      expect(words).toEqual(LINE);
    }
    for (const words of watched) {
      await expect.poll(() => words.at(-1)).toBe('finish');
      expect(words.filter(word => !word.startsWith('step-finish'))).toEqual(LINE.slice(1));
    }
  }

  function growing(stream: AsyncIterable<StreamedEvent>): { words: string[]; ended: Promise<void> } {
    const words: string[] = [];
    const read = async () => {
      for await (const event of stream) words.push(wordOf(event));
    };
    return { words, ended: read() };
  }
});

test('a step that is executed again and writes less than before is seen to end', async () => {
  const runId = randomUUID();
  const story = wordsOf((await rig.run('uneven', runId)).stream(INPUT).fullStream);
  await rig.gate(runId).arrived;
  const seen = wordsOf((await rig.runElsewhere('uneven', runId)).observeStream());
  await wait(1500);
  // The first execution stays where it is, as that of a process which is gone.
  rig.harness.proxy.breakExecutions();
  const written = [0, 1, 2, 3, 4].map(n => `step-output uneven.${n}`);
  const all = ['start', 'step-start uneven', ...written, 'step-result uneven success'];
  expect(await story).toEqual([...all, 'step-start end', 'step-result end success', 'finish']);
  expect(await seen).toEqual(await story);
});

describe('where progress is not stored, each event comes once, and a marker stands for what steps wrote', () => {
  let single: StreamRig;
  beforeAll(async () => {
    // Each request executes one step, and knows of the others what is remembered.
    single = await StreamRig.start(false);
  });
  afterAll(() => single?.harness.stop());

  async function seenFromTheGateOn(workflowId: string): Promise<{ story: string[]; seen: string[] }> {
    const runId = randomUUID();
    const story = wordsOf((await single.run(workflowId, runId)).stream(INPUT).fullStream);
    await single.gate(runId).arrived;
    const seen = wordsOf((await single.runElsewhere(workflowId, runId)).observeStream());
    single.gate(runId).letPass();
    return { story: await story, seen: await seen };
  }

  test('by the option `shouldPersistSnapshot`', async () => {
    const { story, seen } = await seenFromTheGateOn('unstored');
    expect(story.some(word => word.startsWith('step-waiting'))).toBe(true);
    const isWritten = (word: string) => word.startsWith('step-output');
    const first = story.findIndex(isWritten);
    // What a slow channel brings after the observer came is told, and only the others are counted.
    const allowed = [2, 1].map(missed => story.toSpliced(first, missed, 'data-mastra-omitted'));
    // An observer who missed the sleep's end and not the step's start, in one op, finds that end with the run's.
    const sleepLast = (words: string[]) => [
      ...words.slice(0, -1).filter(word => !word.startsWith('step-result sleep')),
      ...words.filter(word => word.startsWith('step-result sleep') || word === 'finish'),
    ];
    expect([...allowed, story].flatMap(words => [words, sleepLast(words)])).toContainEqual(seen);
  });

  test('because the store is down for a while', async () => {
    single.slow.failing = true;
    const { story, seen } = await seenFromTheGateOn('line');
    single.slow.failing = false;
    expect(story).toEqual(LINE);
    const isOfStep = (word: string) => word.startsWith('step-');
    const ofSteps = (words: string[]) =>
      words.filter(word => isOfStep(word) && !word.startsWith('step-output')).sort();
    expect(ofSteps(seen)).toEqual(ofSteps(LINE));
    expect(seen).toContain('data-mastra-omitted');
  });
});

test('clocks that differ put nothing out of order', async () => {
  const skewed = await StreamRig.start(false);
  const { now } = Date;
  try {
    let requests = 0;
    // Each request executes a step: as if two machines took turns.
    skewed.harness.proxy.onExecution = async () => {
      const offset = requests++ % 2 === 0 ? 0 : -600;
      Date.now = () => now() + offset;
    };
    const runId = randomUUID();
    skewed.gate(runId).letPass();
    await (await skewed.run('line', runId)).start(INPUT);
    expect(await wordsOf((await skewed.runElsewhere('line', runId)).observeStream())).toEqual(LINE);
  } finally {
    Date.now = now;
    await skewed.harness.stop();
  }
});
