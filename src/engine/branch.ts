import { reasonOf } from '../errors';
import type { ConditionalParams } from '../core-types';
import { callbackArgument } from './condition';
import { type ContextChange, OpContext, applyContext } from './context-change';
import type { EngineParts } from './engine-parts';
import type { Operation } from './operations';
import { seal, unseal } from './outcome';
import { StepEngine } from './step-engine';
import { requireStorable } from './storable-values';

interface BranchMemo {
  arms: boolean[];
  context?: ContextChange;
  aborted?: boolean;
}

/** Evaluates all conditions of one branch in one op (I1). One that throws counts as false and is logged, as in core. */
export async function evaluateArms(parts: EngineParts, params: ConditionalParams): Promise<boolean[]> {
  const id = parts.ids.branch(params.executionContext.executionPath);
  const body = async (operation: Operation) => seal(await evaluate(parts, params, operation));
  const memo = await parts.operations.runCallback(id, body, { tellsWaiting: false });
  const outcome = unseal<BranchMemo>(memo);
  applyContext(params.requestContext, outcome?.context);
  if (outcome?.aborted) params.abortController.abort();
  return outcome?.arms ?? [];
}

async function evaluate(
  parts: EngineParts,
  params: ConditionalParams,
  operation: Operation,
): Promise<BranchMemo> {
  const { scope, pubsub, operations } = parts;
  const abort = new AbortController();
  const place = { workflowId: scope.workflowId, runId: scope.runId, stepId: operation.id };
  const engine = new StepEngine(scope, operations.guardedTools(operation.id), 0);
  const own = new OpContext(scope, params.requestContext);
  const argument = callbackArgument({
    scope,
    pubsub: pubsub.within(operation),
    name: 'conditional',
    callId: operation.stepCallId,
    trace: parts.trace,
    span: params.tracingContext?.currentSpan,
    stepResults: params.stepResults,
    executionContext: params.executionContext,
    requestContext: own.own,
    actor: params.actor,
    inputData: params.prevOutput,
    abort,
    engineContext: engine.getEngineContext(),
  });
  const arms = await Promise.all(
    params.entry.conditions.map(async (condition, index) => {
      try {
        return Boolean(await condition(argument));
      } catch (error) {
        scope.log.warn('A branch condition threw; its arm is not taken.', {
          workflowId: scope.workflowId,
          runId: scope.runId,
          arm: index,
          reason: reasonOf(error),
        });
        return false;
      }
    }),
  );
  const context = own.change();
  own.warn(operation.id);
  requireStorable([{ name: 'request context', path: '$.requestContext', value: context?.set }], place);
  return { arms, context, ...(abort.signal.aborted ? { aborted: true } : {}) };
}
