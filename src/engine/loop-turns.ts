import type { LoopParams } from '../core-types';
import { storableError } from '../wire/storable-error';
import type { ConditionOutcome } from './durable-step';

type Condition = LoopParams['entry']['condition'];

/** The condition of one loop, and what it said in each turn. */
export class LoopTurns {
  private readonly outcomes = new Map<number, ConditionOutcome>();

  constructor(readonly condition: Condition) {}

  /** Calls the user's condition; only ever inside an op. */
  async evaluate(argument: never): Promise<ConditionOutcome> {
    try {
      return { value: Boolean(await this.condition(argument)) };
    } catch (error) {
      return { thrown: storableError(error) };
    }
  }

  remember(iteration: number, outcome: ConditionOutcome): void {
    this.outcomes.set(iteration, outcome);
  }

  /** The answer for a turn whose op is done. */
  recall(iteration: number): ConditionOutcome | undefined {
    return this.outcomes.get(iteration);
  }
}

/** The value of an answer; throws what the condition threw. */
export function conditionValue(outcome: ConditionOutcome): boolean {
  if ('thrown' in outcome) throw outcome.thrown;
  return outcome.value;
}
