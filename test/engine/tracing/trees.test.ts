/** The exported spans are those of core's own engine, as a whole, with every option of a trace (I8, I11). */
import { Mastra } from '@mastra/core';
import { RequestContext } from '@mastra/core/request-context';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep as createCoreStep, createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../support/harness';
import { share } from '../../support/share';
import { tracedWorkflows } from './graphs';
import { Recorder, type Tree, observability } from './recorder';

interface Result {
  status: string;
  traceId?: string;
  spanId?: string;
}

interface AnyRun {
  start(args: object): Promise<Result>;
  resume(args: object): Promise<Result>;
  timeTravel(args: object): Promise<Result>;
}

type Drive = (createRun: (options?: object) => Promise<AnyRun>) => Promise<Result>;

const context = () => new RequestContext([['tenant', 'acme'] as const, ['user', { id: 7 }] as const]);
const secret = { secret: 'xyzzy' };
const started =
  (args: object): Drive =>
  async createRun =>
    (await createRun()).start(args);
const traceId = '0af7651916cd43dd8448eb211c80319c';

/** Of each: the workflow, and what is done with a run of it. */
const SCENARIOS: [string, string, Drive][] = [
  ['every kind of entry', 'entries', started({ inputData: { given: 1 } })],
  ['sleeps', 'sleeping', started({ inputData: { given: 1 } })],
  ['with a request context', 'entries', started({ inputData: 1, requestContext: context() })],
  ['a workflow whose first op is its child’s', 'nested', started({ inputData: { given: 1 } })],
  ['nested workflows in a parallel', 'in-parallel', started({ inputData: { given: 1 } })],
  ['a resource', 'nested', async createRun => (await createRun({ resourceId: 'r' })).start({ inputData: 1 })],
  ['no options at all', 'some', started({ inputData: 1, tracingOptions: {} })],
  [
    'hidden inputs',
    'some',
    started({ inputData: secret, tracingOptions: { hideInput: true, metadata: { a: 1 }, tags: ['t'] } }),
  ],
  [
    'hidden inputs of the child',
    'nested',
    started({ inputData: secret, tracingOptions: { hideInput: true } }),
  ],
  ['hidden outputs', 'some', started({ inputData: 1, tracingOptions: { hideOutput: true } })],
  [
    'a trace and a parent of another system',
    'some',
    started({ inputData: 1, tracingOptions: { traceId, parentSpanId: 'b7ad6b7169203331', tags: ['t'] } }),
  ],
  [
    'keys of the request context',
    'some',
    started({
      inputData: 1,
      requestContext: context(),
      tracingOptions: { requestContextKeys: ['tenant', 'user.id'] },
    }),
  ],
  ['a step that fails', 'failing', started({ inputData: 1 })],
  ['a step that is tried again later', 'late-retry', started({ inputData: 1 })],
  ['a nested workflow that is tried again', 'nested-retry', started({ inputData: 1 })],
  ['spans that are internal', 'internal', started({ inputData: 1 })],
  [
    'a run that is suspended and resumed',
    'suspending',
    async createRun => {
      const run = await createRun();
      await run.start({ inputData: 1, tracingOptions: { metadata: { leg: 1 }, tags: ['one'] } });
      return run.resume({ resumeData: { yes: true }, tracingOptions: { metadata: { leg: 2 } } });
    },
  ],
  [
    'a run that is resumed in another trace, its inputs hidden',
    'suspending',
    async createRun => {
      const run = await createRun();
      await run.start({ inputData: 1, tracingOptions: { hideInput: true } });
      return run.resume({ resumeData: secret, tracingOptions: { traceId, hideInput: true } });
    },
  ],
  [
    'a time travel',
    'entries',
    async createRun => {
      const run = await createRun();
      await run.start({ inputData: 1 });
      return run.timeTravel({ step: 'last', inputData: { changed: true } });
    },
  ],
];

const CONFIGS: [string, object][] = [
  ['as it comes', {}],
  ['some kinds of span left out', { excludeSpanTypes: ['workflow_parallel', 'workflow_loop'] }],
  ['internal spans shown', { includeInternalSpans: true }],
];

const theirs = new Recorder();
const ours = new Recorder();
let expected: Map<string, { trees: Tree[]; logs: string[]; result: Result; traces: number }>;

function tracesOf({ ended }: Recorder): number {
  return new Set(ended.map(span => span.traceId)).size;
}

async function onCore(config: object, scenarios: typeof SCENARIOS) {
  const mastra = new Mastra({
    workflows: tracedWorkflows({ createWorkflow: createCoreWorkflow, createStep: createCoreStep }),
    observability: observability(theirs, config),
    storage: new InMemoryStore(),
    logger: false,
  });
  expected = new Map();
  for (const [name, workflow, drive] of scenarios) {
    theirs.clear();
    const result = await drive(
      async options => (await mastra.getWorkflowById(workflow).createRun(options)) as never,
    );
    const { trees, logged: logs } = theirs;
    expected.set(name, { trees, logs, result, traces: tracesOf(theirs) });
  }
}

/** What a setting of observability makes a difference to. */
const TELLING = ['every kind of entry', 'spans that are internal', 'a run that is suspended and resumed'];

describe.each(CONFIGS)('with observability %s', (_name, config) => {
  const scenarios = SCENARIOS.filter(([name]) => Object.keys(config).length === 0 || TELLING.includes(name));
  beforeAll(() => onCore(config, scenarios));

  describe.each([true, false])('and checkpointing %s', checkpointing => {
    let harness: Harness;
    beforeAll(async () => {
      harness = await startHarness({
        workflows: (inngest: Inngest.Any) =>
          tracedWorkflows({ createWorkflow: init(inngest).createWorkflow, createStep: createStep as never }),
        observability: observability(ours, config),
        checkpointing,
      });
    });
    afterAll(() => harness.stop());

    test.each(share(scenarios, checkpointing ? 0 : 1, 2))('%s', async (name, workflow, drive) => {
      ours.clear();
      const result = await drive(
        async options => (await harness.mastra.getWorkflowById(workflow).createRun(options)) as never,
      );
      await harness.proxy.quiet();
      const core = expected.get(name);
      expect(result.status).toBe(core?.result.status);
      expect(ours.trees).toEqual(core?.trees);
      expect(tracesOf(ours)).toBe(core?.traces);
      expect(ours.logged).toEqual(core?.logs);
      // Of first ops that are executed at once, each begins the run's span.
      const ids = (spans: { id: string }[]) => [...new Set(spans.map(({ id }) => id))].sort();
      expect(ids(ours.started)).toEqual(ids(ours.ended));
      expect(ids(ours.ended)).toHaveLength(ours.ended.length);
      for (const span of ours.ended) expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
      const root = ours.ended.find(({ id }) => id === result.spanId);
      if (core?.result.spanId && root) expect(result.traceId).toBe(root.traceId);
      if (name.includes('hidden inputs'))
        expect(JSON.stringify([ours.started, ours.ended])).not.toContain('xyzzy');
    });

    // The caller's span is in another process for the one that executes the run.
    test('below a span of the caller', async () => {
      ours.clear();
      const selected = harness.mastra.observability.getSelectedInstance({});
      const currentSpan = selected?.startSpan({ type: 'generic' as never, name: 'request' });
      const run = (await harness.mastra.getWorkflowById('some').createRun()) as unknown as AnyRun;
      const { traceId: inTrace } = await run.start({ inputData: 1, tracingContext: { currentSpan } });
      currentSpan?.end();
      await harness.proxy.quiet();
      expect(inTrace).toBe(currentSpan?.traceId);
      expect(tracesOf(ours)).toBe(1);
      const root = ours.ended.find(({ name }) => name === "workflow run: 'some'");
      expect(root?.externalParentSpanId).toBe(currentSpan?.id);
    });
  });
});
