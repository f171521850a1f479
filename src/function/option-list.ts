/** All options of one workflow, looked at together. */
import { MastraInngestError } from '../errors';
import { OPTION_CHECKS } from './option-checks';
import { nameProblem } from './option-names';
import type { OptionCheck, OptionProblem } from './option-problem';

/**
 * Refuses what Inngest would refuse, or take and not do, and names that nothing knows.
 * @throws MastraInngestError `INVALID_WORKFLOW_OPTION`
 */
export function requireOptions(params: { id: string }): void {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const checks = new Map<string, OptionCheck>(Object.entries(OPTION_CHECKS));
  for (const [name, value] of given) {
    const problem = nameProblem(name) ?? checks.get(name)?.(value, name);
    if (problem) throw refused(params.id, problem);
  }
  const names = given.map(([name]) => name);
  if (names.includes('idempotency') && names.includes('rateLimit')) {
    throw refused(params.id, {
      at: 'rateLimit',
      what: 'has no effect beside idempotency, which is a rate limit of 1 in 24 hours to Inngest',
      remedy: 'Leave one of them out.',
    });
  }
}

function refused(workflowId: string, { at, what, remedy }: OptionProblem): MastraInngestError {
  return new MastraInngestError(
    'INVALID_WORKFLOW_OPTION',
    `Workflow ${workflowId}: the option ${at} ${what}. ${remedy}`,
    { workflowId },
  );
}
