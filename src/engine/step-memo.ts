/**
 * How a step's outcome is written down. It is sent back with every later request of the run, so what nearly all steps have
 * in common takes a few bytes: `{ "mastra": [1234, 56], "output": … }` is a step that began 1234 ms after its run's event
 * and succeeded 56 ms later, with the previous step's output as its input.
 */
import type { AnyStepResult, StepParams } from '../core-types';
import { decodeValue } from '../wire/decode';
import { MastraInngestError } from '../errors';
import { encodeRecord, encodeValue } from '../wire/encode';
import { type Json, isRecord } from '../wire/json';
import { leftOut } from '../wire/left-out';
import { jsonSize, LIMITS } from '../wire/limits';
import { storableError } from '../wire/storable-error';
import type { ContextChange } from './context-change';
import type { KnownValues } from './known-values';
import { MARK, SealedFailure, asCoreError, isSealed, seal, unseal } from '../wire/outcome';
import type { Outline } from './told-ops';

/** All that is remembered of a step. */
export interface StepOutcome {
  result: AnyStepResult & Record<string, unknown>;
  /** The step's payload is its input as it stood, so it is not stored again. */
  samePayload?: boolean;
  /** What it changed of the state; in memos of earlier versions, the whole of it. */
  state?: Record<string, unknown>;
  context?: ContextChange;
  suspendedPaths?: Record<string, number[]>;
  resumeLabels?: RunLabels;
  /** Where the step is a loop's body: what the loop's condition said about this turn. */
  condition?: ConditionOutcome;
  aborted?: boolean;
  /** What the op told, where its result does not say it. */
  told?: Outline;
}

type RunLabels = StepParams['executionContext']['resumeLabels'];

/** A condition's answer, or what it threw. */
export type ConditionOutcome = { value: boolean } | { thrown: Error };

/** What is known of a step wherever its memo is written or read. */
export interface StepPlace {
  /** When the run's event was made: the same on every replay. */
  since: number;
  /** The turn, where the step is a loop's body. */
  iteration: number | undefined;
  /** What the step was given, where its memo refers to that. */
  known?: KnownValues | undefined;
}

/** Bytes of JSON that a step's memo may have; the rest of what Inngest takes is for the SDK. */
export const MAX_MEMO_BYTES = LIMITS.stepOutput - 4096;
/** Bytes of an error where there is little room. */
const SMALL_ERROR = 32 * 1024;

/**
 * What an op returns or throws for a step, within what Inngest takes: values of user code have been refused before, so only what
 * goes with them gives way.
 * @throws MastraInngestError `OUTPUT_TOO_LARGE`
 */
export function sealWithin(outcome: StepOutcome, place: StepPlace): Json | SealedFailure {
  const whole = sealed(outcome, place);
  if (fits(whole)) return whole;
  const less = sealed(smaller(outcome), place);
  if (fits(less)) return less;
  throw new MastraInngestError(
    'OUTPUT_TOO_LARGE',
    `What there is to store of a step has more than the ${LIMITS.stepOutput} bytes that Inngest stores. ` +
      'Store large values elsewhere and pass references.',
  );
}

/** The memo of a step that failed before or after its body, now. */
export function failureMemo(thrown: Error): Json {
  const error = asCoreError(storableError(thrown, { most: SMALL_ERROR }));
  const now = Date.now();
  return seal({ result: { status: 'failed', error, startedAt: now, endedAt: now }, samePayload: true });
}

function sealed(outcome: StepOutcome, place: StepPlace): Json | SealedFailure {
  const { result } = outcome;
  return result.status === 'failed' ? new SealedFailure(result.error, outcome) : sealStep(outcome, place);
}

function fits(made: Json | SealedFailure): boolean {
  return jsonSize(made instanceof SealedFailure ? made.cause : made) <= MAX_MEMO_BYTES;
}

/** The same with a short error and, where the step failed, without large values that accompany the failure. */
function smaller(outcome: StepOutcome): StepOutcome {
  const { result, condition } = outcome;
  if (result.status !== 'failed') {
    if (!condition || !('thrown' in condition)) return outcome;
    return { ...outcome, condition: { thrown: storableError(condition.thrown, { most: SMALL_ERROR }) } };
  }
  const error = storableError(result.error, { most: SMALL_ERROR });
  const payload = 'payload' in result ? { payload: leftOut('an input that is too large') } : {};
  return {
    ...outcome,
    context: undefined,
    result: { ...result, ...payload, error } as StepOutcome['result'],
  };
}

/** The memo of a step that did not fail: short where it is an ordinary one. */
function sealStep(outcome: StepOutcome, { since, iteration, known }: StepPlace): Json {
  const { result, samePayload, condition, ...more } = outcome;
  const { status, startedAt, endedAt, output, metadata, ...others } = result as Record<string, unknown>;
  const dated = typeof startedAt === 'number' && typeof endedAt === 'number';
  const ordinary = status === 'success' && samePayload && dated && 'output' in result;
  if (!ordinary || Object.keys(others).length > 0 || !isOfTurn(metadata, iteration)) return seal(outcome);
  return {
    [MARK]: [startedAt - since, endedAt - startedAt],
    output: known ? known.shorten(encodeValue(output)) : encodeValue(output),
    ...encodeRecord({ ...more, condition: shortened(condition) }),
  };
}

/** What `sealStep` made, in whichever form; undefined for anything else. */
export function unsealStep<T extends object>(
  value: unknown,
  { since, iteration, known }: StepPlace,
): T | StepOutcome | undefined {
  if (!isSealed(value)) return undefined;
  const times = value[MARK];
  if (!Array.isArray(times)) return unseal<T>(value);
  const [began, took] = times as [number, number];
  const whole = known ? { ...value, output: known.restore(value.output as Json) } : value;
  const { [MARK]: _mark, output, condition, ...more } = decodeValue(whole) as Record<string, unknown>;
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
