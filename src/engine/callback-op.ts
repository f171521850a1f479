/** Code of the user's outside any step: called once, in an op that remembers what came of it. */
import type { Context } from '../core-types';
import { type CallbackInput, callbackArgument } from './callback-argument';
import { type ContextChange, OpContext, applyContext } from './context-change';
import type { EngineParts } from './engine-parts';
import { type Given, GivenChange, applyChange } from './given-change';
import type { Operation, RunOptions } from './operations';
import { seal, thrownFailure, unseal, unsealFailure } from '../wire/outcome';

/** What such code did to its run. */
interface Effects {
  context?: ContextChange;
  aborted?: boolean;
  given?: Given;
}

/** The run as the code finds it. `given`: the objects that it may change. */
interface CalledIn {
  requestContext: Context;
  abortController?: AbortController;
  given?: Given;
}

/** One call, inside its op. */
export class Callback {
  readonly abort = new AbortController();
  readonly context: OpContext;

  constructor(
    private readonly parts: EngineParts,
    readonly operation: Operation,
    requestContext: Context,
  ) {
    this.context = new OpContext(parts.scope, requestContext);
  }

  /** What the code is called with. `stepId`: in whose name, where that is not the op's. */
  argument(
    given: Pick<CallbackInput, 'stepResults' | 'executionContext'>,
    {
      stepId = this.operation.id,
      ...own
    }: Pick<CallbackInput, 'name' | 'inputData' | 'observability'> & { stepId?: string },
    extra: Record<string, unknown>,
  ): never {
    const { scope, pubsub, operations } = this.parts;
    return callbackArgument(
      {
        ...own,
        scope,
        pubsub: pubsub.within(this.operation),
        callId: this.operation.stepCallId,
        stepResults: given.stepResults,
        executionContext: given.executionContext,
        requestContext: this.context.own,
        abort: this.abort,
        engineContext: { step: operations.guardedTools(stepId) },
      },
      extra,
    );
  }
}

/** Runs `body` once, in an op, and applies to the run what is remembered of it. What `body` throws is final, as in core, and comes out as it was. */
export async function callbackOp<T extends object>(
  parts: EngineParts,
  id: string,
  { requestContext, abortController, given = {} }: CalledIn,
  body: (callback: Callback) => Promise<T>,
  options?: RunOptions,
): Promise<T | undefined> {
  const perform = async (operation: Operation) => {
    try {
      const callback = new Callback(parts, operation, requestContext);
      const change = new GivenChange(given);
      const made = await body(callback);
      const changed = change.made();
      const aborted = callback.abort.signal.aborted && { aborted: true };
      return seal({ ...made, ...aborted, ...(changed && { given: changed }) });
    } catch (thrown) {
      throw thrownFailure(thrown);
    }
  };
  try {
    const outcome = unseal<T & Effects>(await parts.operations.run(id, perform, options));
    applyContext(requestContext, outcome?.context);
    applyChange(given, outcome?.given);
    if (outcome?.aborted) abortController?.abort();
    return outcome;
  } catch (error) {
    throw unsealFailure<{ thrown?: unknown }>(error)?.thrown ?? error;
  }
}
