/** The process that executes an agent's run is killed, and another one goes on. */
import { afterEach, expect, test } from 'vitest';
import { type TwoProcesses, startTwoProcesses } from './support/two-processes';

let both: TwoProcesses;
afterEach(() => both.stop());

interface Chunk {
  type: string;
  payload?: { text?: string };
  data?: { chunks?: number };
}

/** Goes on as soon as the worker is gone. */
async function revived(): Promise<void> {
  await both.worker.died;
  await both.relaunch();
}

const lines = (start: string) => both.journal().filter(line => line.startsWith(start));

test('a model’s call that was cut off is made again, and whoever listens hears of it', async () => {
  both = await startTwoProcesses();
  both.dieAt('talker turn 1 part 30');
  const { fullStream, runId } = await both.caller().talker.stream('Talk.');
  const back = revived();
  const chunks: Chunk[] = [];
  for await (const chunk of fullStream as unknown as AsyncIterable<Chunk>) {
    chunks.push(chunk);
    if (chunk.type === 'data-mastra-restart') chunks.splice(-1 - (chunk.data?.chunks ?? 0));
  }
  await back;
  const words = Array.from({ length: 50 }, (_, place) => `w${place} `);
  expect(chunks.flatMap(({ type, payload }) => (type === 'text-delta' ? [payload?.text] : []))).toEqual(
    words,
  );
  expect(lines('model talker')).toEqual(['model talker 1 2', 'model talker 1 2']);
  const late = await both.caller().talker.observe(runId);
  const seen: (string | undefined)[] = [];
  for await (const { type, payload } of late.fullStream as unknown as AsyncIterable<Chunk>) {
    if (type === 'text-delta') seen.push(payload?.text);
  }
  expect(seen).toEqual(words);
});

test('generate() gives the text once, though its model was cut off', async () => {
  both = await startTwoProcesses();
  both.dieAt('talker turn 1 part 30');
  const generated = both.caller().talker.generate('Talk.');
  await revived();
  expect((await generated).text).toBe(Array.from({ length: 50 }, (_, place) => `w${place} `).join(''));
});

test('a tool that was cut off runs again, and nothing that had ended does', async () => {
  both = await startTwoProcesses();
  both.dieAt('tool 2');
  const generated = both.caller().adder.generate('Add.');
  await revived();
  expect((await generated).text).toBe('done');
  expect(lines('tool')).toEqual(['tool adder add 1', 'tool adder add 2', 'tool adder add 2']);
  expect(lines('model adder').map(line => line.split(' ').at(-1))).toEqual(['2', '4', '6']);
});

test('what waits for a person survives the worker', async () => {
  both = await startTwoProcesses();
  const { runId } = await both.caller().payer.generate('Pay.');
  await both.worker.stop();
  await both.relaunch();
  const second = await both
    .caller()
    .payer.resumeGenerate(String(runId), { approved: true }, { toolCallId: 'pay-1' });
  const third = await both
    .caller()
    .payer.resumeGenerate(String(second.runId), { approved: true }, { toolCallId: 'pay-2' });
  expect(third.text).toBe('paid');
  expect(lines('tool')).toEqual(['tool payer pay 1', 'tool payer pay 2']);
  expect(lines('model')).toHaveLength(2);
});
