/**
 * How a step's outcome is written down. It is sent back with every later request of the run, so what nearly all steps have
 * in common takes a few bytes: `{ "mastra": [1234, 56], "output": … }` is a step that began 1234 ms after its run's event
 * and succeeded 56 ms later, with the previous step's output as its input.
 */
import { decodeValue } from '../wire/decode';
import { encodeRecord, encodeValue } from '../wire/encode';
import { type Json, isRecord } from '../wire/json';
import type { ConditionOutcome, StepOutcome } from './durable-step';
import { MARK, isSealed, seal, unseal } from './outcome';

/** What is known of a step wherever its memo is written or read. */
interface StepPlace {
  /** When the run's event was made: the same on every replay. */
  since: number;
  /** The turn, where the step is a loop's body. */
  iteration: number | undefined;
}

/** The memo of a step that did not fail: short where it is an ordinary one. */
export function sealStep(outcome: StepOutcome, { since, iteration }: StepPlace): Json {
  const { result, samePayload, condition, ...more } = outcome;
  const { status, startedAt, endedAt, output, metadata, ...others } = result as Record<string, unknown>;
  const dated = typeof startedAt === 'number' && typeof endedAt === 'number';
  const ordinary = status === 'success' && samePayload && dated && 'output' in result;
  if (!ordinary || Object.keys(others).length > 0 || !isOfTurn(metadata, iteration)) return seal(outcome);
  return {
    [MARK]: [startedAt - since, endedAt - startedAt],
    output: encodeValue(output),
    ...encodeRecord({ ...more, condition: shortened(condition) }),
  };
}

/** What `sealStep` made, in whichever form; undefined for anything else. */
export function unsealStep<T extends object>(
  value: unknown,
  { since, iteration }: StepPlace,
): T | StepOutcome | undefined {
  if (!isSealed(value)) return undefined;
  const times = value[MARK];
  if (!Array.isArray(times)) return unseal<T>(value);
  const [began, took] = times as [number, number];
  const { [MARK]: _mark, output, condition, ...more } = decodeValue(value) as Record<string, unknown>;
  const startedAt = since + began;
  const turn = iteration === undefined ? {} : { metadata: { iterationCount: iteration } };
  const result = { status: 'success', output, startedAt, endedAt: startedAt + took, ...turn };
  return { ...more, condition: restored(condition), result, samePayload: true } as unknown as StepOutcome;
}

/** Core's metadata of a loop's turn, and nothing else. */
function isOfTurn(metadata: unknown, iteration: number | undefined): boolean {
  if (iteration === undefined || metadata === undefined) return iteration === metadata;
  return isRecord(metadata) && Object.keys(metadata).length === 1 && metadata.iterationCount === iteration;
}

function shortened(condition: ConditionOutcome | undefined): ConditionOutcome | boolean | undefined {
  return condition && 'value' in condition ? condition.value : condition;
}

function restored(condition: unknown): ConditionOutcome | undefined {
  return typeof condition === 'boolean' ? { value: condition } : (condition as ConditionOutcome | undefined);
}
