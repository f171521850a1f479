/** Classifiers as steps, and as entries of their own. */
import { Classifier } from '@mastra/core/classifier';
import { createStep } from '@mastra/core/workflows';
import type { Case, Kit, StepContext } from '../kit';
import { child, define, echo, plus, show } from './parts';

type Model = ConstructorParameters<typeof Classifier>[0]['model'];
type Evaluation = { state: unknown; questions: Record<string, { type: string; instructions?: unknown }> };

const QUESTIONS = {
  tone: { type: 'choice', criteria: { calm: 'is at ease', angry: 'shouts' } },
  urgency: { type: 'score', criteria: ['can wait', 'today', 'at once'] },
  spam: { type: 'boolean' },
} as const;

/** Answers by the length of what it is asked about, so that equal inputs have equal answers. */
function answersFor(state: unknown) {
  const { length } = JSON.stringify(state);
  return {
    tone: { type: 'choice', choice: length % 2 ? 'angry' : 'calm' },
    urgency: { type: 'score', score: length % 3 },
    spam: { type: 'boolean', probability: 0.25 },
  };
}

function model(kit: Kit, evaluate: (asked: Evaluation) => unknown = ({ state }) => answersFor(state)): Model {
  return {
    specificationVersion: 'v4',
    provider: 'test',
    modelId: 'test-model',
    supportedQuestionTypes: ['choice', 'score', 'boolean'],
    doEvaluate: kit.fn('classifier', async (asked: Evaluation) => ({
      answers: evaluate(asked),
      usage: { inputTokens: 3, outputTokens: 4 },
      warnings: [],
    })),
  } as never;
}

function classifier(kit: Kit, evaluate?: (asked: Evaluation) => unknown, id = 'mail') {
  return new Classifier({ id, model: model(kit, evaluate), questions: QUESTIONS } as never);
}

const step = (kit: Kit, options?: object, evaluate?: (asked: Evaluation) => unknown) =>
  createStep(classifier(kit, evaluate) as never, options as never);

const mails = { input: ['hello', 'WHERE IS IT?', 'buy now'] };

export const classifiers: Case[] = [
  define('classifier-step', kit => kit.workflow().then(step(kit)).then(echo(kit, 'end')).commit()),
  define('classifier-step-with-id', kit =>
    kit
      .workflow()
      .then(step(kit, { id: 'first-look', metadata: { team: 'support' } }))
      .then(show(kit, 'end', ({ getStepResult }) => getStepResult('first-look') as unknown))
      .commit(),
  ),
  define('classifier-entry', kit =>
    kit.workflow().classifier(classifier(kit)).then(echo(kit, 'end')).commit(),
  ),
  define('classifier-entry-with-id', kit =>
    kit.workflow().classifier(classifier(kit), { maxRetries: 0 }, { id: 'second-look' }).commit(),
  ),
  define('classifier-twice', kit =>
    kit
      .workflow()
      .then(step(kit))
      .then(step(kit, { id: 'again' }))
      .commit(),
  ),
  define('classifier-of-text', kit => kit.workflow().then(step(kit)).commit(), { input: 'where is it?' }),
  define('classifier-of-list', kit => kit.workflow().then(step(kit)).commit(), mails),
  define('classifier-of-what-has-no-json', kit =>
    kit
      .workflow()
      .then(kit.step('dated', () => ({ at: new Date(5) })))
      .then(step(kit))
      .commit(),
  ),
  define('classifier-asked-what', kit =>
    kit
      .workflow()
      .then(
        step(kit, { providerOptions: { test: { depth: 2 } } }, ({ state, questions }) => {
          const { tone } = questions;
          return { ...answersFor([state, tone?.instructions]) };
        }),
      )
      .commit(),
  ),
  define('classifier-throws', kit =>
    kit
      .workflow()
      .then(
        step(kit, {}, () => {
          throw new RangeError('no idea');
        }),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('classifier-retried', kit => {
    let asked = 0;
    const evaluate = ({ state }: Evaluation) => {
      if (++asked < 3) throw new Error(`not yet, ${asked}`);
      return answersFor(state);
    };
    return kit
      .workflow()
      .then(step(kit, { retries: 2 }, evaluate))
      .commit();
  }),
  define('classifier-answers-too-little', kit =>
    kit
      .workflow()
      .then(step(kit, {}, () => ({ spam: { type: 'boolean', probability: 1 } })))
      .commit(),
  ),
  define('classifier-in-parallel', kit =>
    kit
      .workflow()
      .parallel([step(kit), step(kit, { id: 'other' }), plus(kit, 'plain')])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('classifier-in-branch', kit =>
    kit
      .workflow()
      .branch([
        [kit.fn('yes', async () => true), step(kit)],
        [kit.fn('no', async () => false), step(kit, { id: 'other' })],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('classifier-decides', kit =>
    kit
      .workflow()
      .then(step(kit))
      .branch([
        [
          kit.fn('is-calm', async ({ inputData }: StepContext) => inputData.answers.tone.choice === 'calm'),
          echo(kit, 'calm'),
        ],
        [
          kit.fn('is-angry', async ({ inputData }: StepContext) => inputData.answers.tone.choice === 'angry'),
          echo(kit, 'angry'),
        ],
      ])
      .commit(),
  ),
  define('classifier-in-loop', kit =>
    kit
      .workflow()
      .dountil(
        step(kit),
        kit.fn('enough', async ({ iterationCount }: { iterationCount: number }) => iterationCount >= 3),
      )
      .commit(),
  ),
  define(
    'classifier-in-foreach',
    kit => kit.workflow().foreach(step(kit)).then(echo(kit, 'end')).commit(),
    mails,
  ),
  define(
    'classifier-in-foreach-concurrent',
    kit => kit.workflow().foreach(step(kit), { concurrency: 3 }).commit(),
    // Which of the items is stored last is chance, so they are alike.
    { input: ['hello', 'hello', 'hello'], unordered: true },
  ),
  define('classifier-in-nested', kit =>
    kit
      .workflow()
      .then(child(kit, 'inner', [step(kit), echo(kit, 'end')]))
      .commit(),
  ),
  define(
    'classifier-entry-in-nested-foreach',
    kit => {
      const inner = kit.child('item').classifier(classifier(kit)).commit();
      return kit.workflow().foreach(inner).commit();
    },
    mails,
  ),
];
