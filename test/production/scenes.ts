import { expect } from 'vitest';
import { until } from '../support/until';
import type { Stage } from './stage';

/** The steps of a run that began, in order, and the processes that executed them. */
function begun(stage: Stage, runId: string): { id: string; pid: number }[] {
  return stage.lines(runId).flatMap(line => {
    const [id = '', what, pid] = line.split(' ');
    return what === 'begins' ? [{ id, pid: Number(pid) }] : [];
  });
}

/** Six runs at once, resumed by a caller that executes nothing: each step executes once, and both instances take part. */
export async function sharesRuns(stage: Stage): Promise<void> {
  const workflow = stage.mastra.getWorkflow('shared' as never);
  const runs = await Promise.all(Array.from({ length: 6 }, () => workflow.createRun()));
  const first = await Promise.all(runs.map(run => run.start({ inputData: {} as never })));
  expect(first.map(({ status }) => status)).toEqual(runs.map(() => 'suspended'));
  const ends = await Promise.all(runs.map(run => run.resume({ resumeData: { yes: true } as never })));
  expect(ends.map(({ status }) => status)).toEqual(runs.map(() => 'success'));
  const steps = runs.map(({ runId }) => begun(stage, runId));
  for (const ofRun of steps) expect(ofRun.map(({ id }) => id).sort()).toEqual(['last', 'left', 'right']);
  expect(new Set(steps.flat().map(({ pid }) => pid)).size).toBe(2);
}

/** The instance that executes a long step is asked to end; `another` takes its place. */
export async function goesAway(stage: Stage, another: () => Promise<unknown>): Promise<void> {
  const run = await stage.mastra.getWorkflow('slow' as never).createRun();
  const result = run.start({ inputData: {} as never });
  await until(() => begun(stage, run.runId).length === 2);
  const leaving = begun(stage, run.runId)[1]?.pid ?? 0;
  process.kill(leaving, 'SIGTERM');
  await another();
  stage.goOn();
  expect(await result).toMatchObject({ status: 'success' });
  const steps = stage.lines(run.runId).map(line => line.split(' ').slice(0, 2).join(' '));
  expect(steps).toEqual(['before', 'slow', 'after'].flatMap(id => [`${id} begins`, `${id} ends`]));
  expect(begun(stage, run.runId).at(-1)?.pid).not.toBe(leaving);
}
