/** What reaches a run from outside while it goes on: signals and messages; and goals of a thread. */
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';
import { until } from '../../support/until';
import type { Note, Over, Played, Script } from '../support/script';
import { type Turn, scriptedModel } from '../support/scripted-model';

const said = (...text: string[]) => ({ text });
const target = ({ threadId, resourceId }: Played) => ({ threadId, resourceId });
const calling = { tools: [{ name: 'telling', args: {}, id: 'telling-1' }] };

/** A tool that does this with the agent that calls it. */
const telling = (act: () => unknown) =>
  createTool({
    id: 'telling',
    description: 'Tells the agent something',
    inputSchema: z.object({}),
    execute: async () => {
      await act();
      return { told: true };
    },
  });

type Action = (played: Played, note: Note) => unknown;

const whileItWorks = (name: string, act: Action, turns: Turn[] = [calling, said('and that')]): Script => ({
  name,
  turns,
  agent: (note, played) => ({ tools: { telling: telling(async () => act(played(), note)) } }),
});

/** Waits for the run that a signal has begun. */
const woken = async ({ durable, note, memory, ...played }: Over) => {
  const sent = durable.sendSignal(
    { type: 'user', contents: 'Wake up.' },
    target({ durable, note, memory, ...played }),
  );
  const accepted = await sent.accepted;
  note('accepted', accepted.action);
  if (accepted.action === 'wake') note('text', await accepted.output.text);
  await until(
    async () => (await memory.recall(target({ durable, note, memory, ...played }))).messages.length >= 4,
  );
};

const judge = (...verdicts: string[]) => {
  let asked = 0;
  return scriptedModel(() => said(verdicts[Math.min(asked++, verdicts.length - 1)] ?? ''), {
    modelId: 'judge',
  });
};
const verdict = (decision: string) => JSON.stringify({ decision, reason: `because: ${decision}` });

const withGoal = (name: string, verdicts: string[], goal: object = {}): Script => ({
  name,
  turns: [said('one')],
  agent: () => ({ goal: { judge: judge(...verdicts), maxRuns: 3, ...goal } }),
  before: async ({ durable, memory, threadId, resourceId }) => {
    const now = new Date();
    await memory.saveThread({ thread: { id: threadId, resourceId, createdAt: now, updatedAt: now } });
    await durable.setObjective('Say two.', { threadId, resourceId });
  },
  after: async ({ durable, threadId, note }) => {
    const { objective, status, runsUsed } = ((await durable.getObjective({ threadId })) ?? {}) as Record<
      string,
      unknown
    >;
    note('objective', { objective, status, runsUsed });
  },
});

export const THREADS: Script[] = [
  whileItWorks('a signal while it works', async (played, note) => {
    const sent = played.durable.sendSignal({ type: 'user', contents: 'Also that.' }, target(played));
    note('accepted', (await sent.accepted).action);
  }),
  whileItWorks('two signals while it works', async played => {
    await played.durable.sendSignal({ type: 'user', contents: 'This.' }, target(played)).accepted;
    await played.durable.sendSignal({ type: 'reactive', contents: 'That.', tagName: 'hint' }, target(played))
      .accepted;
  }),
  whileItWorks('a transient signal while it works', async played => {
    await played.durable.sendSignal({ type: 'reactive', contents: 'Now.', transient: true }, target(played))
      .accepted;
  }),
  whileItWorks('a signal that is discarded', async (played, note) => {
    const given = { ...target(played), ifActive: { behavior: 'discard' as const } };
    note(
      'accepted',
      (await played.durable.sendSignal({ type: 'user', contents: 'No.' }, given).accepted).action,
    );
  }),
  whileItWorks('a message while it works', async (played, note) => {
    note('accepted', (await played.durable.sendMessage('Hurry.', target(played)).accepted).action);
  }),
  { name: 'a signal to an agent that rests', turns: [said('awake')], after: woken },
  withGoal('a goal that is reached', [verdict('done')]),
  withGoal('a goal that takes two runs', [verdict('continue'), verdict('done')]),
  withGoal('a goal that is never reached', [verdict('continue')], { maxRuns: 2 }),
];
