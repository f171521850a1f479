/** I9: what came up before arms that start at once is told by each of them, since any of them may be the first. */
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const ARMS = ['step', 'nested'] as const;
type Arm = (typeof ARMS)[number];
const PAIRS = ARMS.flatMap(first => ARMS.map(second => [first, second] as const));
const FORMS = ['parallel', 'branch', 'parallel of three'] as const;
const CASES = PAIRS.flatMap(([first, second]) => FORMS.map(form => ({ first, second, form })));

const options = { inputSchema: z.any(), outputSchema: z.any() };
const idOf = ({ first, second, form }: (typeof CASES)[number]) =>
  `${form.replaceAll(' ', '-')}-${first}-${second}`;

function define(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const plain = (id: string) => createStep({ id, ...options, execute: async ({ inputData }) => inputData });
  const inner = (id: string) =>
    createWorkflow({ id, ...options })
      .then(plain(`${id}-step`))
      .commit();
  const built = CASES.map(one => {
    const id = idOf(one);
    const arm = (kind: Arm, place: number) =>
      kind === 'step' ? plain(`${id}-${place}`) : inner(`${id}-${place}`);
    const asleep = createWorkflow({ id, ...options }).sleep(1);
    const arms = [arm(one.first, 1), arm(one.second, 2)];
    if (one.form === 'parallel of three') arms.push(arm('step', 3));
    const always = async () => true;
    const joined =
      one.form === 'branch'
        ? asleep.branch(arms.map(step => [always, step] as const) as never)
        : asleep.parallel(arms as never);
    return [id, joined.commit()] as const;
  });
  return Object.fromEntries(built);
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows: define });
});
afterAll(() => harness?.stop());

test.each(CASES)(
  'a $form of $first and $second: each tells that the sleep before them has ended',
  async one => {
    const tellers = new Set<unknown>();
    harness.proxy.onPublish = async (message, path) => {
      const { type, payload, mastraPosition } = message as never as Told;
      const isOwn = new URL(path, 'http://127.0.0.1').searchParams.get('channel')?.includes(`:${idOf(one)}:`);
      if (isOwn && type === 'workflow-step-result' && payload?.id?.startsWith('sleep'))
        tellers.add(mastraPosition);
    };
    const run = await harness.mastra.getWorkflowById(idOf(one) as never).createRun();
    const result = await run.start({ inputData: {} } as never);
    expect(result).toMatchObject({ status: 'success' });
    // Of a branch, each condition.
    expect(tellers.size).toBe(one.form === 'parallel of three' ? 3 : 2);
  },
);

interface Told {
  type: string;
  payload?: { id?: string };
  mastraPosition?: string;
}
