/**
 * Builds and reads the event that starts a run. `run.start()` and a parent workflow send all of its fields; from the dashboard
 * `{ "inputData": … }` is enough (and `{}` where the workflow has no input).
 */
import { MastraInngestError } from '../errors';
import { decodeValue } from './decode';
import { type Leg, legOfEarlier, legOfUser } from './leg';
import { encodeRecord, encodeValue, UnencodableValue, withoutUndefined } from './encode';
import { type JsonObject, isRecord } from './json';
import { type TracingOptions, readTracingOptions } from './tracing-options';

/** Name of the event that starts a workflow, and id of its function. */
export function startEventName(workflowId: string): string {
  return `workflow.${workflowId}`;
}

/** Id of the event that begins a run, or its leg `leg`. Inngest drops a second event with the same id, whoever sends it. */
export function startEventId(run: { workflowId: string; runId: string }, leg?: number): string {
  return `${run.workflowId}:${run.runId}:${leg === undefined ? 'start' : `leg-${leg}`}`;
}

/** Name of the event that cancels a run; its data is `{ runId }`. */
export function cancelEventName(workflowId: string): string {
  return `cancel.workflow.${workflowId}`;
}

/** Name of the event that continues a run, and id of the function that does so. */
export function resumeEventName(workflowId: string): string {
  return `workflow.${workflowId}.resume`;
}

/** Id of the function that one of several schedules starts: Inngest starts a function once at a time of day. */
export function scheduleFunctionName(workflowId: string, scheduleId: string): string {
  return `workflow.${workflowId}.cron.${scheduleId}`;
}

/** The condition of a trigger by which an app takes only events that name this app, or no app. */
export function isForApp(app: string): string {
  return `event.data.mastra.app == null || event.data.mastra.app == ${JSON.stringify(app)}`;
}

/** A run that this run is nested in, and the step of it that this run is. */
export interface Ancestor {
  workflowId: string;
  runId: string;
  resourceId?: string;
  /** Inngest's run id. */
  owner: string;
  stepId: string;
  stepCallId: string;
  /** The step's place in the order of causes (`compareAt`), seen from the outermost run. */
  at: number[];
  /** The ancestor has executed nothing yet, so this run's first op does what the ancestor's would have done. */
  first: boolean;
  /** Then also the fingerprint of the ancestor's graph: the ancestor has no memo that could hold it. */
  graph?: string;
  /** Then also: the ancestor is not stored as `running`. */
  unstored?: boolean;
  /** False inside a foreach, where core makes the events of the items itself. */
  emits: boolean;
  /** The step is an item of a foreach. */
  isItem?: true;
  iteration?: number;
  /** 0 for the first try of the nested workflow by its parent's retryConfig. */
  retry: number;
  retriesLeft: number;
  /**
   * Where the nested run is continued: the fields of the step's events in the parent, beside its end. A `resumedAt` is replaced by
   * the time at which the nested run goes on.
   */
  stepInfo?: Record<string, unknown>;
  /** Events of the ancestor that no op has published yet: this run's first op does. */
  events?: { type: string; payload?: Record<string, unknown>; mastraEventId?: string }[];
  /** Where the step is an item of a foreach: the nested run publishes the item's end on the ancestor's channel. */
  item?: { id: string; index: number; totalCount: number; completedCount: number; execution: string };
  /** The parent's span of this step, where the parent is traced. */
  span?: AncestorSpan;
}

/** The span of a nested workflow's step, as its nested run begins and ends it. */
export interface AncestorSpan {
  traceId: string;
  id: string;
  /** Its parent spans, nearest first, up to that of the ancestor. */
  above: { id: string; type: string }[];
  /** Where the ancestor goes on after a suspension: its span until then. */
  resumed?: { spanId?: string; linked: boolean };
  tracingPolicy?: unknown;
  attributes?: Record<string, unknown>;
}

/** What starts a run. */
export interface StartRequest {
  inputData?: unknown;
  initialState?: unknown;
  runId?: string;
  resourceId?: string;
  requestContext: Record<string, unknown>;
  perStep?: boolean;
  disableScorers?: boolean;
  /** The statuses in which this run is stored, where its caller gave `shouldPersistSnapshot`; else the workflow's option decides. */
  storedStatuses?: readonly string[];
  actor?: unknown;
  /** What the caller says of the trace; of a nested run, what the caller of the outermost said. */
  tracingOptions?: TracingOptions;
  outputOptions?: { includeState?: boolean; includeResumeLabels?: boolean };
  /** Set by this package: the sender has validated the input, or it is a nested run's. */
  sender?: {
    validated: boolean;
    ancestors: Ancestor[];
    /** A parent's `validateInputs` holds for what is nested in it, as in core. */
    validateInputs?: boolean;
  };
  /** Where the event continues a stored run and does not start one. */
  leg?: Leg;
}

/** The fields that the data of a start event may have, to check expressions over it. */
export const START_DATA_KEYS = Object.keys({
  inputData: 0,
  initialState: 0,
  runId: 0,
  resourceId: 0,
  requestContext: 0,
  perStep: 0,
  disableScorers: 0,
  actor: 0,
  tracingOptions: 0,
  outputOptions: 0,
  mastra: 0,
  // Inngest's own, of a nested workflow and of the dashboard's invoke.
  _inngest: 0,
} satisfies Record<
  Exclude<keyof StartRequest, 'sender' | 'leg' | 'storedStatuses'> | 'mastra' | '_inngest',
  0
>);

// A later version that sends another shape sends a number, too, so that an older app can refuse it with a clear error. The first
// version sends none: it would come twice with each request of each run.
const VERSION = 1;

/** The event's data. @throws MastraInngestError `INVALID_EVENT_DATA` with the JSON path of what can't be sent. */
export function buildStartData(
  request: StartRequest,
  workflowId: string,
  /** Id of the app that is to take it; a nested workflow's function is invoked by name. */
  app?: string,
): JsonObject {
  const { sender, leg, inputData, initialState, requestContext, storedStatuses, ...rest } = request;
  const { validated, ancestors = [], validateInputs } = sender ?? {};
  // The event comes twice with every request of the run, so fields that have their usual value are left out.
  const ours = {
    app,
    // Inngest cancels nested runs by this field (`cancelOn`).
    parentRun: ancestors.at(-1)?.owner,
    validated: validated ? undefined : validated,
    ancestors: ancestors.length > 0 ? ancestors.map(withoutUndefined) : undefined,
    validateInputs,
    storedStatuses,
    leg,
  };
  try {
    return {
      ...(inputData === undefined ? {} : { inputData: encodeValue(inputData, '$.inputData') }),
      ...encodeRecord({
        ...rest,
        initialState: isEmpty(initialState) ? undefined : initialState,
        requestContext: isEmpty(requestContext) ? undefined : requestContext,
      }),
      mastra: encodeRecord(ours),
    };
  } catch (error) {
    if (!(error instanceof UnencodableValue)) throw error;
    throw new MastraInngestError(
      'INVALID_EVENT_DATA',
      `Workflow ${workflowId} can't be ${leg ? 'continued' : 'started'}: ${error.message}. Pass plain data.`,
      { workflowId, runId: request.runId, path: error.path },
      { cause: error },
    );
  }
}

/** Reads a start event's data, whoever sent it. @throws MastraInngestError `INVALID_EVENT_DATA` */
export function parseStartData(data: unknown, workflowId: string): StartRequest {
  const given = data === undefined || data === null ? {} : data;
  if (!isRecord(given))
    throw invalid(workflowId, 'The event\'s data must be an object like { "inputData": … }');
  const ours = isRecord(given.mastra) ? given.mastra : undefined;
  if (ours && (ours.version ?? VERSION) !== VERSION) {
    throw invalid(
      workflowId,
      `The event was sent by another version of @mastra/inngest (format ${String(ours.version)})`,
    );
  }
  const read = ours ? decodeValue : (value: unknown) => value;
  for (const key of ['runId', 'resourceId'] as const) {
    if (given[key] !== undefined && (typeof given[key] !== 'string' || given[key] === '')) {
      throw invalid(workflowId, `The event's data has a ${key} that is no text`);
    }
  }
  const requestContext = read(given.requestContext ?? {});
  if (!isRecord(requestContext))
    throw invalid(workflowId, "The event's data has a requestContext that is no object");
  return {
    inputData: read(given.inputData),
    initialState: read(given.initialState),
    runId: given.runId as string | undefined,
    resourceId: given.resourceId as string | undefined,
    requestContext,
    perStep: given.perStep === true,
    disableScorers: given.disableScorers === true,
    storedStatuses: Array.isArray(ours?.storedStatuses) ? ours.storedStatuses.map(String) : undefined,
    actor: read(given.actor),
    tracingOptions: readTracingOptions(read(given.tracingOptions)),
    outputOptions: isRecord(given.outputOptions) ? given.outputOptions : undefined,
    sender: ours && {
      validated: ours.validated !== false,
      ancestors: decodeValue(ours.ancestors ?? []) as Ancestor[],
      validateInputs: typeof ours.validateInputs === 'boolean' ? ours.validateInputs : undefined,
    },
    leg: ours && (decodeValue(ours.leg) as Leg | undefined),
  };
}

/**
 * Reads the data of a workflow's own event. During a rolling deploy, an instance of a release up to 1.9 of this package may
 * continue runs with that event, too.
 * @throws MastraInngestError `INVALID_EVENT_DATA`
 */
export function parseOwnData(data: unknown, workflowId: string): StartRequest {
  const request = parseStartData(data, workflowId);
  const leg = isRecord(data) && data.mastra === undefined ? legOfEarlier(data) : undefined;
  if (!leg) return request;
  if (request.runId === undefined)
    throw invalid(workflowId, `The event's data has a ${leg.kind} and names no run: { runId }`);
  const { inputData } = (data as Record<string, Record<string, unknown>>).timeTravel ?? {};
  return { ...request, inputData, leg };
}

/** Reads the data of an event that continues a run. One sent by hand has plain fields (`legOfUser`). */
export function parseLegData(data: unknown, workflowId: string): StartRequest & { leg: Leg } {
  const request = parseStartData(data, workflowId);
  if (request.runId === undefined) {
    throw invalid(workflowId, "The event's data names no run: { runId, step?, resumeData? }");
  }
  return { ...request, leg: request.leg ?? legOfUser(isRecord(data) ? data : {}) };
}

function isEmpty(value: unknown): boolean {
  return (
    isRecord(value) && Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === 0
  );
}

function invalid(workflowId: string, problem: string): MastraInngestError {
  return new MastraInngestError('INVALID_EVENT_DATA', `${problem} (workflow ${workflowId}).`, { workflowId });
}
