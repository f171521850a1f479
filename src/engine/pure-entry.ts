import type { StepParams, StepReturn } from '../core-types';
import { finishStep } from './apply-step';
import type { EngineParts } from './engine-parts';
import { StepEngine } from './step-engine';

/** True for an entry that the graph's plan has outside ops. */
export function isPure({ plan }: EngineParts, id: string): boolean {
  return plan?.pure.includes(id) ?? false;
}

/** True for a loop or a foreach with that body whose condition or concurrency needs no op. */
export function hasPureControl({ plan }: EngineParts, bodyId: string): boolean {
  return plan?.pureControl.includes(bodyId) ?? false;
}

/** Executes a pure entry: on each replay once more, with the same result. Its times are those of the op before it. */
export async function executePure(parts: EngineParts, params: StepParams): Promise<StepReturn> {
  const engine = new PureEngine(parts.scope, parts.operations.guardedTools(params.step.id), 0);
  const { executionContext } = params;
  const own = { ...executionContext, activeStepsPath: { ...executionContext.activeStepsPath } };
  const { result } = await engine.executeStep({ ...params, executionContext: own, skipEmits: true });
  const { endedAt: at } = parts.times.latest();
  const dated = { ...result, startedAt: at, ...('endedAt' in result && { endedAt: at }) };
  return finishStep(parts, params, dated as typeof result, {});
}

/** What it makes is not stored, so it may be of any kind and size. */
class PureEngine extends StepEngine {
  protected override requireStorable(): void {}
}
