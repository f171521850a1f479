/** All options of one function, looked at together. */
import { MastraInngestError } from '../../errors';
import { isRecord } from '../../wire/json';
import { OPTION_CHECKS } from './checks';
import { nameProblem } from './names';
import type { OptionCheck, OptionProblem } from './problem';
import { expression } from './shapes';

/** How many entries of `cancelOn` Inngest takes, less those that each workflow has of its own. */
const CANCELLATIONS_LEFT = 5 - 2;

/** Inngest allows as much in a trigger's condition as in a key. */
const condition = expression('key');
const CHECKS = new Map<string, OptionCheck>(Object.entries(OPTION_CHECKS));

/**
 * Refuses what Inngest would refuse of a workflow, or take and not do, and names that nothing knows.
 * @throws MastraInngestError `INVALID_WORKFLOW_OPTION`
 */
export function requireOptions(params: { id: string }): void {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const problem = nameProblem(name) ?? CHECKS.get(name)?.(value, name);
    if (problem) throw refused(params.id, problem);
  }
  const problem = jointProblem(Object.fromEntries(given));
  if (problem) throw refused(params.id, problem);
}

/** What Inngest would refuse of a function of the user's own; names that are unknown here are left to it. */
export function optionProblems(options: object): OptionProblem[] {
  const found = Object.entries(options).map(([name, value]) =>
    name === 'triggers'
      ? triggerProblem(value)
      : value === undefined
        ? undefined
        : CHECKS.get(name)?.(value, name),
  );
  return found.filter(problem => problem !== undefined);
}

function triggerProblem(triggers: unknown): OptionProblem | undefined {
  for (const [index, trigger] of Array.isArray(triggers) ? triggers.entries() : []) {
    const source = isRecord(trigger) ? trigger.if : undefined;
    const problem = source === undefined ? undefined : condition(source, `triggers[${index}].if`);
    if (problem) return problem;
  }
  return undefined;
}

function jointProblem({
  idempotency,
  rateLimit,
  cancelOn,
}: Record<string, unknown>): OptionProblem | undefined {
  if (idempotency !== undefined && rateLimit !== undefined) {
    return {
      at: 'rateLimit',
      what: 'has no effect beside idempotency, which is a rate limit of 1 in 24 hours to Inngest',
      remedy: 'Leave one of them out.',
    };
  }
  if (!Array.isArray(cancelOn) || cancelOn.length <= CANCELLATIONS_LEFT) return undefined;
  return {
    at: 'cancelOn',
    what: `has ${cancelOn.length} entries`,
    remedy:
      'Inngest takes five at the most, and run.cancel() and cancelled parents need two of them: give three or fewer.',
  };
}

function refused(workflowId: string, { at, what, remedy }: OptionProblem): MastraInngestError {
  return new MastraInngestError(
    'INVALID_WORKFLOW_OPTION',
    `Workflow ${workflowId}: the option ${at} ${what}. ${remedy}`,
    { workflowId },
  );
}
