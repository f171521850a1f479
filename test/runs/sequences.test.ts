/** Random sequences of calls, end to end. `RUNS_SEED` chooses others, `random` any. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isFull } from '../support/share';
import { type Rig, type Run, codeOf, startRig } from './support/rig';

const { RUNS_SEED = '20261129' } = process.env;
const SEED = RUNS_SEED === 'random' ? Math.floor(Math.random() * 1_000_000) : Number(RUNS_SEED);
const SEQUENCES = isFull ? 50 : 20;
const AT_ONCE = 10;
const OK = { resumeData: { ok: true } };

type Call = 'start' | 'resume' | 'resumes' | 'cancel' | 'timeTravel' | 'restart' | 'redeliver';
const calls = fc.array(
  fc.constantFrom<Call>(
    'start',
    'start',
    'resume',
    'resumes',
    'cancel',
    'timeTravel',
    'restart',
    'redeliver',
  ),
  { minLength: 3, maxLength: 7 },
);

/** What a run of the workflow `gate` is, and what its steps have done. */
interface Expected {
  status: 'pending' | 'suspended' | 'success' | 'canceled';
  started: boolean;
  steps: string[];
}

/** What a call must answer, and what it makes of the run. */
function expectedOf(call: Call, run: Expected): { heard: string; then: Expected } {
  const { status, steps, started } = run;
  const refused = (code: string) => ({ heard: code, then: run });
  const resumed = { ...run, status: 'success' as const, steps: [...steps, 'approve resumed', 'after'] };
  switch (call) {
    case 'start': {
      if (status === 'canceled' && !started) return refused('RUN_CANCELED');
      if (status !== 'pending') return refused('RUN_CONFLICT');
      const then = { started: true, status: 'suspended' as const, steps: ['before', 'approve'] };
      return { heard: 'suspended', then };
    }
    case 'resume':
      return status === 'suspended' ? { heard: 'success', then: resumed } : refused('RUN_NOT_SUSPENDED');
    case 'resumes':
      return status === 'suspended'
        ? { heard: 'once', then: resumed }
        : refused('RUN_NOT_SUSPENDED,RUN_NOT_SUSPENDED');
    case 'cancel':
      return { heard: 'nothing', then: status === 'success' ? run : { ...run, status: 'canceled' } };
    case 'timeTravel': {
      const then = { started: true, status: 'suspended' as const, steps: [...steps, 'approve'] };
      return { heard: 'suspended', then };
    }
    case 'restart':
      return status === 'success' ? { heard: 'success', then: run } : refused('RUN_NOT_ACTIVE');
    case 'redeliver':
      return { heard: 'nothing', then: run };
  }
}

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

async function heardOf(call: Call, runId: string, { started }: Expected): Promise<string> {
  const again = () => rig.run('gate', runId);
  const answer = async (ask: (run: Run) => Promise<{ status: string }>) => {
    const run = await again();
    const asked = ask(run);
    const code = await codeOf(asked);
    return code === 'nothing was thrown' ? (await asked).status : code;
  };
  switch (call) {
    case 'start':
      return answer(run => run.start({ inputData: {} }));
    case 'resume':
      return answer(run => run.resume(OK));
    case 'resumes': {
      const both = await Promise.all([answer(run => run.resume(OK)), answer(run => run.resume(OK))]);
      const isOnce =
        both.includes('success') && both.some(heard => /RUN_(CONFLICT|NOT_SUSPENDED)/.test(heard));
      return isOnce ? 'once' : both.join();
    }
    case 'cancel':
      await (await again()).cancel();
      return 'nothing';
    case 'timeTravel':
      return answer(run => run.timeTravel({ step: 'approve', inputData: {} }));
    case 'restart':
      return answer(run => run.restart());
    case 'redeliver': {
      const data = { inputData: {}, runId, mastra: { version: 1, validated: true, ancestors: [] } };
      if (started) await rig.send({ id: `gate:${runId}:start`, name: 'workflow.gate', data });
      return 'nothing';
    }
  }
}

async function play(sequence: Call[]): Promise<void> {
  const runId = randomUUID();
  let expected: Expected = { status: 'pending', started: false, steps: [] };
  await rig.run('gate', runId);
  for (const [index, call] of sequence.entries()) {
    const { heard, then } = expectedOf(call, expected);
    const where = `call ${index} of ${sequence.join(', ')} (RUNS_SEED=${SEED})`;
    expect(await heardOf(call, runId, expected), where).toBe(heard);
    expect((await rig.stored('gate', runId))?.status, where).toBe(then.status);
    expect(rig.steps(runId), where).toEqual(then.steps);
    expected = then;
  }
}

test(`I5, I6: ${SEQUENCES} sequences of calls (RUNS_SEED=${SEED})`, async () => {
  const sequences = fc.sample(calls, { numRuns: SEQUENCES, seed: SEED });
  for (let from = 0; from < SEQUENCES; from += AT_ONCE) {
    await Promise.all(sequences.slice(from, from + AT_ONCE).map(play));
  }
});
