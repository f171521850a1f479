/** A run whose input does not come with its start event: it is taken in the run's first op and remembered there. */
import type { Context } from '../core-types';
import type { EngineParts } from '../engine/engine-parts';
import { SealedFailure, seal, unseal, unsealFailure } from '../wire/outcome';
import { storableThrown } from '../wire/storable-error';
import type { RunnableWorkflow } from './definition';
import { type Prepared, requireStorableStart, validateAsRun } from './run-input';
import type { GivenStart, StartSource } from './start-source';

interface Taken extends Prepared {
  requestContext?: Record<string, unknown>;
}

/** What was taken, as far as it came, and what stopped it. */
interface Outcome {
  taken: Taken;
  failure?: { thrown: unknown };
}

/**
 * A deploy may change a schedule or a trigger while its runs are under way, so what a run was started with is remembered whole
 * and never asked for again. Costs one op.
 */
export class SourcedStart {
  private outcome?: Outcome;

  constructor(
    private readonly workflow: RunnableWorkflow,
    private readonly source: StartSource,
    private readonly requestContext: Context,
  ) {}

  /** Takes the input, inside the run's first op and before the run is announced. What is thrown comes up in `remember`. */
  async take(runId: string): Promise<Prepared> {
    const outcome: Outcome = { taken: takenOf({}) };
    const owner = { workflowId: this.workflow.id, runId };
    const keep = (taken: Taken) => {
      requireStorableStart(taken, owner);
      outcome.taken = taken;
    };
    try {
      keep(takenOf(await this.source()));
      this.setContext(outcome.taken);
      keep({ ...outcome.taken, ...(await this.validated(outcome.taken)) });
    } catch (thrown) {
      outcome.failure = { thrown };
    }
    this.outcome = outcome;
    return outcome.taken;
  }

  /** The op. `failure`: what the source threw, or a schema's issues. */
  async remember(parts: EngineParts): Promise<{ prepared: Prepared; failure?: { thrown: unknown } }> {
    const { taken, failure } = await this.remembered(parts);
    this.setContext(taken);
    const { inputData, initialState } = taken;
    return { prepared: { inputData, initialState }, failure };
  }

  private async remembered({ operations, ids, scope }: EngineParts): Promise<Outcome> {
    const body = async () => {
      if (!this.outcome) await this.take(scope.runId);
      const { taken = takenOf({}), failure } = this.outcome ?? {};
      if (!failure) return seal(taken);
      // Final, as what any callback throws.
      throw new SealedFailure(failure.thrown, { taken, thrown: storableThrown(failure.thrown) });
    };
    try {
      return { taken: takenOf(unseal<Taken>(await operations.run(ids.input, body)) ?? {}) };
    } catch (error) {
      const failed = unsealFailure<{ taken?: Taken; thrown?: unknown }>(error);
      if (!failed?.taken) throw error;
      return { taken: takenOf(failed.taken), failure: { thrown: failed.thrown } };
    }
  }

  private async validated(given: Prepared): Promise<Prepared> {
    if (this.workflow.options.validateInputs === false) return given;
    return validateAsRun(this.workflow, given, this.requestContext);
  }

  private setContext({ requestContext = {} }: Taken): void {
    this.requestContext.clear();
    for (const [key, value] of Object.entries(requestContext)) this.requestContext.set(key, value);
  }
}

function takenOf({ inputData, initialState = {}, requestContext }: GivenStart): Taken {
  return { inputData, initialState, ...(requestContext && { requestContext }) };
}
