/**
 * Whoever watches a run sees the story that its caller's stream shows: random graphs under random schedules. `STORIES` says how
 * many runs there are, `STORY_SEED` which, `STORY_INDEX` plays one alone.
 */
import { expect, test } from 'vitest';
import { caseOf } from '../../differential/graphs/build';
import { graphsOf } from '../../differential/graphs/spec';
import { isFull } from '../../support/share';
import { type StoryRig, storyRig } from './rig';
import { type Schedule, scheduleOf } from './schedule';
import { playStory } from './story';

const COUNT = Number(process.env.STORIES ?? (isFull ? 40 : 16));
const { STORY_SEED = '20261129' } = process.env;
const SEED = STORY_SEED === 'random' ? Math.floor(Date.now() / 1000) % 1_000_000 : Number(STORY_SEED);
const ONLY = process.env.STORY_INDEX === undefined ? undefined : Number(process.env.STORY_INDEX);
/** Workflows that one app serves. */
const BATCH = 50;

const stories = Array.from({ length: ONLY === undefined ? COUNT : ONLY + 1 }, (_, index) => ({
  index,
  schedule: scheduleOf(SEED * 100_003 + index),
})).filter(({ index }) => ONLY === undefined || index === ONLY);

const graphs = graphsOf(SEED, ONLY === undefined ? COUNT : ONLY + 1).map(graph => ({
  ...graph,
  // What is not stored while it runs has no past in another process.
  persist: 'all' as const,
}));

const MODES = [true, false].flatMap(shared =>
  [true, false].map(checkpointing => ({ shared, checkpointing })),
);

test.each(MODES)(
  `I9: each observer sees the story of the stream (STORY_SEED=${SEED}; shared cache $shared, checkpointing $checkpointing)`,
  async mode => {
    const played = stories.filter(
      ({ schedule }) => schedule.shared === mode.shared && schedule.checkpointing === mode.checkpointing,
    );
    const problems: string[] = [];
    for (let from = 0; from < played.length; from += BATCH) {
      const batch = played.slice(from, from + BATCH).map(({ index, schedule }) => ({
        index,
        schedule,
        one: caseOf(graphs[index] as never, `story-${index}`),
      }));
      const rig = await storyRig(
        batch.map(({ one }) => one),
        mode,
      );
      try {
        for (const { index, schedule, one } of batch)
          problems.push(...(await play(rig, index, one, schedule)));
      } finally {
        await rig.stop();
      }
    }
    expect(problems).toEqual([]);
  },
  1_800_000,
);

async function play(
  rig: StoryRig,
  index: number,
  one: Parameters<typeof playStory>[1],
  schedule: Schedule,
): Promise<string[]> {
  const problems = await playStory(rig, one, schedule);
  return problems.map(problem => `STORY_INDEX=${index} ${JSON.stringify(schedule)}\n${problem}`);
}
