import type { Json, JsonObject } from '../json';
import { canonical, field } from '../json';
import type { StepTrace } from '../state/run';
import type { Opcode } from './answer';

const nanoseconds = 1e6;

/**
 * When a step that ended `now` began: v4 of the SDK says how long its body took. Else it is when the request was sent that
 * reports it.
 */
export function beganAt(report: Json, now: number, sent: number): number {
  const length = field(field(report, 'timing'), 'b');
  return typeof length === 'number' && length >= 0 ? Math.max(now - length / nanoseconds, 0) : sent;
}

/** More than one reads, and more than is worth keeping. */
const longestInput = 8192;

/** What the op's name says. */
function waitsFor({ op, name }: Opcode): JsonObject {
  if (op === 'WaitForEvent') return { event: name };
  return op === 'Sleep' ? { until: name } : {};
}

/** What a step was given: the arguments of its body, or what it waits for. */
export function inputOf(op: Opcode): Pick<StepTrace, 'input'> {
  const given = field(op.opts, 'input') ?? { ...waitsFor(op), ...op.opts };
  const json = canonical(given);
  return json === '{}' || json.length > longestInput ? {} : { input: json };
}
