/* eslint-disable @typescript-eslint/no-explicit-any -- bodies are whatever a test makes of them */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SyntaxProblem, parseQuery } from '../../src/local/graphql/parse';
import type { Definition, Pair } from './support/apps';
import { get, post, startPair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair;
let bodies: unknown[];
const sha1 = (id: string): string => createHash('sha1').update(id).digest('hex');

const define = (): Definition[] => [
  {
    id: 'steps',
    trigger: { event: 't/steps', if: 'event.data.n > 0' },
    handler: async ({ step, event }) => {
      const a = await step.run('a', () => (bodies.push('a'), `a${bodies.length}`));
      await step.sleep('nap', '1s');
      const b = await step.run('b', (x: number) => (bodies.push(['b', x]), x), event.data.n);
      return { a, b };
    },
  },
  { id: 'timer', trigger: { cron: '0 0 1 1 *' }, handler: () => 1 },
];

beforeEach(async () => {
  bodies = [];
  pair = await startPair('v4-off', define);
});
afterEach(async () => await pair.stop());

const gql = async (query: string, variables: object = {}): Promise<any> =>
  await post(`${pair.server.url}/v0/gql`, { query, variables });

async function finishedRun(): Promise<string> {
  const id = await pair.send({ name: 't/steps', data: { n: 1 } });
  await pair.server.advance('2s');
  return (await pair.runsOf(id))[0]?.run_id ?? '';
}

describe('queries', () => {
  it('list apps and functions', async () => {
    const { data } = await gql(
      '{ apps { name functionCount sdkLanguage functions { slug } } functions { slug name triggers { type value condition } } }',
    );
    expect(data.apps).toEqual([
      {
        name: 'app',
        functionCount: 2,
        sdkLanguage: 'js',
        functions: [{ slug: 'app-steps' }, { slug: 'app-timer' }],
      },
    ]);
    expect(data.functions).toEqual([
      {
        slug: 'app-steps',
        name: 'steps',
        triggers: [{ type: 'EVENT', value: 't/steps', condition: 'event.data.n > 0' }],
      },
      { slug: 'app-timer', name: 'timer', triggers: [{ type: 'CRON', value: '0 0 1 1 *', condition: null }] },
    ]);
  });

  it('list runs, newest first, in pages', async () => {
    const ids = [await finishedRun(), await finishedRun(), await finishedRun()].reverse();
    const query =
      'query R($n: Int!, $after: String) { runs(first: $n, after: $after, orderBy: [{ field: QUEUED_AT, direction: DESC }], filter: { from: "2020-01-01T00:00:00Z" }) { edges { node { id status function { slug } } cursor } pageInfo { hasNextPage endCursor } totalCount } }';
    const first = (await gql(query, { n: 2 })).data.runs;
    expect(first.edges.map((edge: any) => edge.node)).toEqual(
      ids.slice(0, 2).map(id => ({ id, status: 'COMPLETED', function: { slug: 'app-steps' } })),
    );
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true, endCursor: ids[1] } });
    const second = (await gql(query, { n: 2, after: ids[1] })).data.runs;
    expect(second.edges.map((edge: any) => edge.node.id)).toEqual(ids.slice(2));
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  it('show a run with its steps', async () => {
    const id = await finishedRun();
    const { data } = await gql(
      '{ run(runID: "' +
        id +
        '") { status output eventName trace { isRoot childrenSpans { name stepOp status stepID } } } }',
    );
    expect(data.run).toMatchObject({ status: 'COMPLETED', output: '{"a":"a1","b":1}', eventName: 't/steps' });
    expect(data.run.trace.childrenSpans).toEqual([
      { name: 'a', stepOp: 'RUN', status: 'COMPLETED', stepID: sha1('a') },
      { name: 'nap', stepOp: 'SLEEP', status: 'COMPLETED', stepID: sha1('nap') },
      { name: 'b', stepOp: 'RUN', status: 'COMPLETED', stepID: sha1('b') },
      { name: 'function success', stepOp: null, status: 'COMPLETED', stepID: null },
    ]);
    expect(await gql('{ run(runID: "01M81HTA28PWQA7PH0G8S0C5VP") { status } }')).toEqual({
      data: { run: null },
    });
  });

  it('say what they do not know', async () => {
    expect(await gql('{ nope }')).toMatchObject({ errors: [{ message: 'Cannot query field "nope"' }] });
    expect((await gql('{ apps { nope } }')).errors[0].message).toBe('Cannot query field "nope"');
  });
});

describe('rerun', () => {
  it('repeats a run with the same event and a new id', async () => {
    const id = await finishedRun();
    const { data } = await gql('mutation($id: ULID!) { rerun(runID: $id) }', { id });
    await pair.server.advance('2s');
    expect(data.rerun).not.toBe(id);
    const row = (await get(`${pair.server.url}/v1/runs/${data.rerun}`)).data;
    expect(row).toMatchObject({ status: 'Completed', output: { a: 'a3', b: 1 }, original_run_id: id });
    const events = pair.calls('steps').map(call => call.request.event);
    expect(new Set(events.map(event => JSON.stringify(event))).size).toBe(1);
  });

  it('starts from a step with the old results before it, and other arguments', async () => {
    const id = await finishedRun();
    bodies = [];
    pair.app.exchanges.length = 0;
    const mutation = 'mutation($id: ULID!, $from: RerunFromStepInput) { rerun(runID: $id, fromStep: $from) }';
    const { data } = await gql(mutation, { id, from: { stepID: sha1('b'), input: '[7]' } });
    await pair.server.settled();
    const first = pair.calls('steps')[0];
    expect(first?.url).toContain(`stepId=${sha1('b')}`);
    expect(first?.request.steps).toEqual({
      [sha1('a')]: { data: 'a1' },
      [sha1('nap')]: null,
      [sha1('b')]: { input: [7] },
    });
    expect(bodies).toEqual([['b', 7]]);
    expect((await get(`${pair.server.url}/v1/runs/${data.rerun}`)).data.output).toEqual({ a: 'a1', b: 7 });
  });

  it('works while the run is still going, and refuses what is not there', async () => {
    const event = await pair.send({ name: 't/steps', data: { n: 1 } });
    await pair.server.settled();
    const id = (await pair.runsOf(event))[0]?.run_id;
    const { data } = await gql(`mutation { rerun(runID: "${id}", fromStep: { stepID: "a" }) }`);
    await pair.server.advance('2s');
    expect((await get(`${pair.server.url}/v1/runs/${data.rerun}`)).data.status).toBe('Completed');
    expect((await gql('mutation { rerun(runID: "nope") }')).errors[0].message).toBe('run not found');
    const bad = await gql(`mutation { rerun(runID: "${id}", fromStep: { stepID: "zzz" }) }`);
    expect(bad.errors[0].message).toBe('rerun step not found');
    const input = await gql(`mutation { rerun(runID: "${id}", fromStep: { stepID: "a", input: "7" }) }`);
    expect(input.errors[0].message).toBe('input is not a valid JSON array');
  });
});

describe('the parser', () => {
  const fields = (source: string, variables = {}, operation?: string): unknown =>
    parseQuery(source, variables, operation).map(({ alias, args }) => ({ alias, args }));

  it('reads aliases, values, defaults, fragments, comments and the named operation', () => {
    expect(fields('{ x: a(i: -1.5, s: "q\\"t", e: ENUM, l: [1, {k: null}], t: true) }')).toEqual([
      { alias: 'x', args: { i: -1.5, s: 'q"t', e: 'ENUM', l: [1, { k: null }], t: true } },
    ]);
    expect(fields('query Q($a: Int = 5, $b: [String!]!) { f(a: $a, b: $b) }', { b: ['z'] })).toEqual([
      { alias: 'f', args: { a: 5, b: ['z'] } },
    ]);
    expect(fields('# comment\nquery { ...F g } fragment F on Query { f }')).toMatchObject([
      { alias: 'f' },
      { alias: 'g' },
    ]);
    expect(fields('query A { a } query B { b }', {}, 'B')).toMatchObject([{ alias: 'b' }]);
    expect(fields('{ ... on Query { f } }')).toMatchObject([{ alias: 'f' }]);
  });

  it.each([
    '',
    '{',
    '{ a(',
    '{ a(b: ) }',
    '{ a ~ }',
    'fragment F on X { a }',
    '{ ...Nope }',
    'query { ...F } fragment F on X { ...F }',
    '{ a @skip(if: true) }',
    '{ ...F @skip(if: true) } fragment F on X { a }',
  ])('refuses %j', source => {
    expect(() => parseQuery(source, {})).toThrow(SyntaxProblem);
  });

  it('refuses what nests deeper than the stack is', () => {
    const source = '{ a '.repeat(20_000) + '}'.repeat(20_000);
    expect(() => parseQuery(source, {})).toThrow(SyntaxProblem);
  });
});
