/** The caller of an agent and the process that executes its runs are two. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Team, type TwoProcesses, startTwoProcesses } from './support/two-processes';

let both: TwoProcesses;
let caller: Team;
beforeAll(async () => {
  both = await startTwoProcesses();
  caller = both.caller();
});
afterAll(() => both.stop());

interface Chunk {
  type: string;
  payload?: Record<string, unknown>;
}

async function chunksOf(stream: unknown): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream as AsyncIterable<Chunk>) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: readonly Chunk[]) =>
  chunks.flatMap(({ type, payload }) => (type === 'text-delta' ? [String(payload?.text)] : [])).join('');
const lines = (start: string) => both.journal().filter(line => line.startsWith(start));

test('every token comes once and in order', async () => {
  const { fullStream, output } = await caller.talker.stream('Talk.');
  const chunks = await chunksOf(fullStream);
  const words = Array.from({ length: 50 }, (_, place) => `w${place} `).join('');
  expect(textOf(chunks)).toBe(words);
  expect(await output.text).toBe(words);
  expect(chunks.map(({ type }) => type).filter(type => type !== 'text-delta')).toEqual([
    'start',
    'step-start',
    'response-metadata',
    'text-start',
    'text-end',
    'step-finish',
    'finish',
  ]);
});

test('tools are called by the worker', async () => {
  const { text } = await caller.adder.generate('Add.');
  expect(text).toBe('done');
  expect(lines('tool adder')).toEqual(['tool adder add 1', 'tool adder add 2']);
});

test('another process observes the run from its beginning, and from an event on', async () => {
  const { fullStream, runId } = await caller.adder.stream('Add.');
  const observer = both.caller();
  const early = await observer.adder.observe(runId);
  const seen = chunksOf(early.fullStream);
  const chunks = await chunksOf(fullStream);
  expect(await seen).toEqual(chunks);
  const late = await both.caller().adder.observe(runId);
  expect(await chunksOf(late.fullStream)).toEqual(chunks);
  const part = await both.caller().adder.observe(runId, { offset: 4 });
  expect(await chunksOf(part.fullStream)).toEqual(chunks.slice(4));
});

test('calls that wait for a person are answered from other processes', async () => {
  const first = await caller.payer.generate('Pay.');
  expect(first.finishReason).toBe('suspended');
  const runId = String(first.runId);
  const second = await both.caller().payer.resumeGenerate(runId, { approved: true }, { toolCallId: 'pay-1' });
  expect(second.finishReason).toBe('suspended');
  const { output } = await both.caller().payer.resume(runId, { approved: false }, { toolCallId: 'pay-2' });
  expect(await output.text).toBe('paid');
  expect(lines('tool payer')).toEqual(['tool payer pay 1']);
});

test('a run is aborted by its caller, and by a process that knows its id alone', async () => {
  for (const abort of ['its own', 'by id'] as const) {
    const { fullStream, output, runId, abort: ownAbort } = await caller.sleeper.stream('Sleep.');
    const chunks: Chunk[] = [];
    for await (const chunk of fullStream as unknown as AsyncIterable<Chunk>) {
      chunks.push(chunk);
      if (chunk.type !== 'text-delta') continue;
      if (abort === 'its own') await ownAbort();
      else both.caller().sleeper.abortRunStream(runId);
    }
    expect(chunks.at(-1)).toMatchObject({ type: 'finish', payload: { stepResult: { reason: 'abort' } } });
    expect(await output.finishReason).toBe('abort');
  }
});

test('the tool of another agent with the same id is never called', async () => {
  expect((await caller.one.generate('One.')).text).toBe('one');
  expect((await caller.two.generate('Two.')).text).toBe('two');
  const chunks = await chunksOf((await caller.thief.stream('Take.')).fullStream);
  expect(chunks.map(({ type }) => type)).toContain('tool-error');
  expect(both.journal().filter(line => line.includes(' same '))).toEqual([
    'tool one same 1',
    'tool two same 2',
  ]);
});

test('what only the caller has is told once as missing, or ends the run', async () => {
  const { text } = await caller.adder.generate('Add.', { stopWhen: () => false, prepareStep: () => ({}) });
  expect(text).toBe('done');
  const warnings = lines('warning');
  expect(warnings).toEqual([expect.stringContaining('stopWhen, prepareStep')]);
  await expect(caller.strict.generate('Go.', { stopWhen: () => false })).rejects.toThrow('stopWhen');
});
