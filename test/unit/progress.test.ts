import { describe, expect, test } from 'vitest';
import { ProgressCounts, endOfItem } from '../../src/realtime/progress';

const item = (index: number, completedCount = 0, execution = 'run-1') =>
  ({ id: 'each', index, totalCount: 3, completedCount, execution }) as const;

describe('I9: progress of a foreach', () => {
  test('an item is told as core tells it', () => {
    expect(endOfItem(item(1, 1), { status: 'success', output: 'o' })).toEqual({
      type: 'workflow-step-progress',
      payload: {
        id: 'each',
        completedCount: 2,
        totalCount: 3,
        currentIndex: 1,
        iterationStatus: 'success',
        iterationOutput: 'o',
      },
      mastraExecution: 'run-1',
    });
    expect(endOfItem(item(0), { status: 'suspended' }).payload).toMatchObject({
      completedCount: 0,
      iterationStatus: 'suspended',
    });
    expect(endOfItem(item(0), { status: 'tripwire', output: 'o' }).payload).toEqual({
      id: 'each',
      completedCount: 1,
      totalCount: 3,
      currentIndex: 0,
      iterationStatus: 'failed',
    });
  });

  test('items that did not know of each other are counted where they arrive', () => {
    const counts = new ProgressCounts();
    const seen = [2, 0, 1].map(index => counts.count(endOfItem(item(index), { status: 'success' })));
    expect(seen.map(({ payload }) => payload?.completedCount)).toEqual([1, 2, 3]);
    expect(seen.every(event => !('mastraExecution' in event))).toBe(true);
  });

  test('who comes late believes the event', () => {
    const counts = new ProgressCounts();
    const late = counts.count(endOfItem(item(2, 2), { status: 'success' }));
    expect(late.payload?.completedCount).toBe(3);
  });

  test('another leg, another run, a suspended item: none of them is counted', () => {
    const counts = new ProgressCounts();
    const ends = [
      endOfItem(item(0), { status: 'success' }),
      endOfItem(item(0, 0, 'run-1 leg 2'), { status: 'success' }),
      endOfItem(item(1), { status: 'suspended' }),
      endOfItem(item(2), { status: 'success' }),
    ];
    expect(ends.map(end => counts.count(end).payload?.completedCount)).toEqual([1, 1, 1, 2]);
  });

  test('other events pass', () => {
    const event = { type: 'workflow-step-start', payload: { id: 'each' } };
    expect(new ProgressCounts().count(event)).toBe(event);
  });
});
