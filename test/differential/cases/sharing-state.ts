/** State that several steps and nested workflows write at once, in a fixed order. */
import type { Case, Flow, Kit } from '../kit';
import { resume } from './asking';
import { always, child, define, show } from './parts';

/** Takes in what a writer wrote: a nested workflow works on a copy of its parent's state then, in core too. */
const copying = (kit: Kit) => ({ stateSchema: kit.z.record(kit.z.string(), kit.any) });
const stated = (kit: Kit) => ({ stateSchema: kit.any });

/** Both have begun; then the one ends, and then the other. */
const WRITES_FIRST = ['>idle', 'writes', 'idle'];

/** Adds its id to the list, and nothing else. */
const writer = (kit: Kit, id = 'writes') =>
  kit.step(
    id,
    async ({ state, setState }) => {
      await setState({ ...state, list: [...state.list, id] });
      return {};
    },
    stated(kit),
  );

/** Writes another key, beside the state as it began with. */
const other = (kit: Kit, id = 'other') =>
  kit.step(
    id,
    async ({ state, setState }) => {
      await setState({ ...state, other: 1 });
      return {};
    },
    stated(kit),
  );

const idle = (kit: Kit, id = 'idle') => kit.step(id, () => ({}));
const state = (kit: Kit) => show(kit, 'shows', context => context.state as unknown);

const asker = (kit: Kit) =>
  kit.step(
    'asks',
    async ({ state: before, setState, suspend, resumeData }) => {
      await setState({ ...before, list: [...before.list, resumeData ? 'answered' : 'asked'] });
      return resumeData ? {} : ((await suspend({ about: 'list' } as never)) as unknown);
    },
    stated(kit),
  );

const start = { initialState: { list: ['i'] }, outputOptions: { includeState: true } };

function arms(name: string, build: (kit: Kit) => unknown[], order: string[], more: Partial<Case> = {}): Case {
  const flow = (kit: Kit): Flow => kit.workflow(stated(kit)).parallel(build(kit)).then(state(kit)).commit();
  return define(`shared-state-${name}`, flow, { start, unordered: true, order, ...more });
}

export const sharingState: Case[] = [
  arms('step-then-nested', kit => [writer(kit), child(kit, 'n', [idle(kit)])], WRITES_FIRST),
  arms(
    'nested-then-nested',
    kit => [child(kit, 'w', [writer(kit)]), child(kit, 'n', [idle(kit)])],
    WRITES_FIRST,
  ),
  arms(
    'step-then-nested-with-schema',
    kit => [writer(kit), child(kit, 'n', [idle(kit)], copying(kit))],
    WRITES_FIRST,
  ),
  arms(
    'step-then-nested-with-any-schema',
    kit => [writer(kit), child(kit, 'n', [idle(kit)], stated(kit))],
    WRITES_FIRST,
  ),
  arms('step-then-nested-that-writes', kit => [writer(kit), child(kit, 'n', [idle(kit), other(kit)])], [
    ...WRITES_FIRST,
    'other',
  ]),
  arms(
    'step-then-nested-unvalidated',
    kit => [
      writer(kit),
      child(kit, 'n', [idle(kit)], { ...copying(kit), options: { validateInputs: false } }),
    ],
    WRITES_FIRST,
  ),
  arms(
    'step-then-nested-in-nested',
    kit => [writer(kit), child(kit, 'n', [child(kit, 'inner', [idle(kit)])])],
    WRITES_FIRST,
  ),
  arms(
    'step-then-core-nested',
    kit => [writer(kit), kit.coreChild('n').then(idle(kit)).commit()],
    WRITES_FIRST,
  ),
  arms('step-then-step-that-writes', kit => [writer(kit), other(kit)], ['>other', 'writes', 'other']),
  arms(
    'step-then-step-that-waited',
    kit => [
      writer(kit),
      kit.step(
        'waits',
        async context => {
          await kit.turns?.during(['>reads'], () => {});
          await context.setState({ ...context.state, waited: 1 });
          return {};
        },
        stated(kit),
      ),
    ],
    ['>waits', 'writes', '>reads', 'waits'],
  ),
  arms(
    'step-then-nested-that-begins-later',
    kit => [writer(kit), child(kit, 'n', [kit.step('before', () => ({})), idle(kit)])],
    ['>before', 'writes', 'before', 'idle'],
  ),
  arms(
    'suspended-then-nested',
    kit => [child(kit, 'w', [asker(kit)]), child(kit, 'n', [idle(kit)])],
    ['>idle', 'asks', 'idle'],
    { legs: [resume({ y: 1 })] },
  ),
  arms(
    'suspended-copy-then-nested',
    kit => [child(kit, 'w', [asker(kit)], copying(kit)), child(kit, 'n', [idle(kit)])],
    ['>idle', 'asks', 'idle'],
    { legs: [resume({ y: 1 })] },
  ),
  define(
    'shared-state-of-a-suspended-nested',
    kit =>
      kit
        .workflow(stated(kit))
        .then(child(kit, 'w', [asker(kit)]))
        .then(state(kit))
        .commit(),
    { start, legs: [resume({ y: 1 })] },
  ),
  define(
    'shared-state-in-branch',
    kit =>
      kit
        .workflow(stated(kit))
        .branch([
          [always(kit, 'yes', true), writer(kit)],
          [always(kit, 'also', true), child(kit, 'n', [idle(kit)])],
        ])
        .then(state(kit))
        .commit(),
    { start, unordered: true, order: WRITES_FIRST },
  ),
  define(
    'shared-state-in-foreach',
    kit =>
      kit
        .workflow(stated(kit))
        .foreach(
          child(kit, 'item', [
            kit.step(
              'one',
              async ({ inputData, state: before, setState }) => {
                if ((inputData as unknown) === 0) await setState({ ...before, list: ['zero'] });
                return inputData as unknown;
              },
              stated(kit),
            ),
          ]),
          { concurrency: 2 },
        )
        .then(state(kit))
        .commit(),
    { input: [0, 1], start, unordered: true, order: ['>one [1]', 'one [0]', 'one [1]'] },
  ),
  define(
    'shared-state-of-a-failed-nested',
    kit =>
      kit
        .workflow(stated(kit))
        .then(child(kit, 'w', [writer(kit), failing(kit)]))
        .commit(),
    { start },
  ),
  define(
    'shared-state-of-a-failed-copy',
    kit =>
      kit
        .workflow(stated(kit))
        .then(child(kit, 'w', [writer(kit), failing(kit)], copying(kit)))
        .commit(),
    { start },
  ),
  define(
    'shared-state-of-tries',
    kit =>
      kit
        .workflow({ ...stated(kit), retryConfig: { attempts: 1 } })
        .then(child(kit, 'w', [writer(kit), failing(kit)]))
        .commit(),
    { start },
  ),
  define(
    'shared-state-where-a-condition-throws',
    kit =>
      kit
        .workflow(stated(kit))
        .then(
          kit
            .child('w')
            .then(writer(kit))
            .dowhile(
              idle(kit),
              kit.fn('more', async () => {
                throw new Error('undecided');
              }),
            )
            .commit(),
        )
        .commit(),
    { start },
  ),
];

function failing(kit: Kit) {
  return kit.step('fails', () => {
    throw new Error('broken');
  });
}
