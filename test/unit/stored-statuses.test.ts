/** What `createRun({ shouldPersistSnapshot })` is asked, and when it is refused. */
import { expect, test, vi } from 'vitest';
import { storedStatuses } from '../../src/run/stored-statuses';

test('every status of a run is asked for once', () => {
  const wanted = vi.fn(({ workflowStatus }: { workflowStatus: string }) => workflowStatus !== 'running');
  const statuses = storedStatuses(wanted, 'w', 'r');
  const asked = wanted.mock.calls.map(([{ workflowStatus }]) => workflowStatus);
  expect(new Set(asked).size).toBe(asked.length);
  expect(statuses.toSorted()).toEqual(asked.filter(status => status !== 'running').toSorted());
});

test('of a pending run the results are known: there are none', () => {
  const none = ({ stepResults }: { stepResults: object }) => Object.keys(stepResults).length === 0;
  const pendingOnly = (args: { workflowStatus: string; stepResults: object }) =>
    args.workflowStatus === 'pending' && none(args);
  expect(storedStatuses(pendingOnly, 'w', 'r')).toEqual(['pending']);
});

test('taking the results out of the argument is no look at them', () => {
  const wanted = ({
    workflowStatus,
    stepResults: _unused,
  }: {
    workflowStatus: string;
    stepResults: object;
  }) => workflowStatus === 'success';
  expect(storedStatuses(wanted, 'w', 'r')).toEqual(['success']);
});

test.each([
  ['reads a result', ({ stepResults }: { stepResults: Record<string, unknown> }) => Boolean(stepResults.a)],
  ['asks for a step', ({ stepResults }: { stepResults: object }) => 'a' in stepResults],
  ['counts them', ({ stepResults }: { stepResults: object }) => Object.keys(stepResults).length > 0],
  ['copies them', ({ stepResults }: { stepResults: object }) => JSON.stringify({ ...stepResults }) === '{}'],
])('one that %s is refused, and says what to do', (_how, wanted) => {
  expect(() => storedStatuses(wanted as never, 'orders', 'r')).toThrow(
    expect.objectContaining({
      code: 'INVALID_WORKFLOW_OPTION',
      workflowId: 'orders',
      runId: 'r',
      message: expect.stringMatching(/Decide by workflowStatus/) as string,
    }),
  );
});
