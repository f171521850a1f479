/** What `createWorkflow` takes beside core's options to say what starts the workflow by itself. */

/**
 * A schedule in short, as Inngest's own functions have it: `cron`, and what each of its runs is started with.
 * @example
 * createWorkflow({
 *   id: 'report',
 *   inputSchema: z.object({ kind: z.string() }),
 *   outputSchema: z.object({ sent: z.number() }),
 *   cron: 'TZ=Europe/Berlin 0 9 * * *',
 *   inputData: { kind: 'daily' },
 * });
 */
export interface InngestFlowCronConfig<TInput = unknown, TState = unknown> {
  /** Minute, hour, day of the month, month, day of the week; `TZ=Europe/Berlin ` before them for a time zone. */
  cron?: string;
  /** Input of the runs that `cron` starts. */
  inputData?: TInput;
  /** State that the runs of `cron` begin with. */
  initialState?: TState;
}

/** An event as a trigger's `input` is given it. @typeParam TData What you know of its data. */
export interface TriggerEvent<TData extends object = Record<string, unknown>> {
  id?: string;
  name: string;
  // Mapped, so that an interface fits where a record is asked for.
  data: { [Key in keyof TData]: TData[Key] };
  /** When it was sent, in milliseconds since the epoch. */
  ts?: number;
}

/** An event of your own that starts a run. */
export interface EventTrigger<TInput = unknown> {
  /** Its name, or a pattern (`order/*`), or what the SDK's `eventType` made. */
  event: string | { readonly name: string };
  /** An Inngest expression over `event`: `event.data.total > 100`. */
  if?: string;
  /**
   * The run's input; the event's data where it is missing. Called in an Inngest step, so once for each run.
   * @example
   * input: ({ data }: TriggerEvent<{ id: string }>) => ({ orderId: data.id })
   */
  input?(this: void, event: TriggerEvent): TInput | Promise<TInput>;
}

/** A schedule among the triggers. */
export interface CronTrigger<TInput = unknown, TState = unknown> {
  /** Tells it from the workflow's other schedules, over deploys. */
  id?: string;
  cron: string;
  /** `Europe/Berlin`. Without one, the time is that of the Inngest server: UTC on Inngest Cloud. */
  timezone?: string;
  inputData?: TInput;
  initialState?: TState;
  requestContext?: Record<string, unknown>;
}

/** What starts runs of a workflow without anybody calling `start()`. */
export type WorkflowTrigger<TInput = unknown, TState = unknown> =
  EventTrigger<TInput> | CronTrigger<TInput, TState>;

/** The options of `createWorkflow` that say what starts it; Mastra's own `schedule` is one more. */
export interface StartOptions<TInput = unknown, TState = unknown> extends InngestFlowCronConfig<
  TInput,
  TState
> {
  /**
   * Events and schedules that start runs, beside `workflow.<id>`.
   * @example
   * triggers: [
   *   { event: 'order/created', if: 'event.data.total > 100', input: ({ data }) => ({ orderId: data.id }) },
   *   { cron: '0 9 * * 1', timezone: 'Europe/Berlin', inputData: { orderId: 'all' } },
   * ]
   */
  triggers?: readonly WorkflowTrigger<TInput, TState>[];
}
