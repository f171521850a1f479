import type { Context } from '../core-types';
import type { EngineParts } from '../engine/engine-parts';
import type { RunnableWorkflow } from './definition';
import { type Prepared, checkStart, rememberStart } from './prepare';
import { SourcedStart } from './sourced-start';
import type { Start } from './start-source';

/** What a run begins with: what its start event brought, until its schemas, its source or an earlier leg say more. */
export class RunInput {
  readonly start: Start['request'];
  prepared?: Prepared;
  /** Where the start event does not bring the input. */
  private readonly sourced?: SourcedStart;

  constructor(
    private readonly workflow: RunnableWorkflow,
    { request, source }: Start,
    private readonly requestContext: Context,
  ) {
    this.start = request;
    this.sourced = source && new SourcedStart(workflow, source, requestContext);
  }

  get data(): unknown {
    return this.prepared ? this.prepared.inputData : this.start.inputData;
  }

  get state(): Record<string, unknown> {
    return (this.prepared?.initialState ?? this.givenState) as Record<string, unknown>;
  }

  get givenState(): Record<string, unknown> {
    return (this.start.initialState ?? {}) as Record<string, unknown>;
  }

  /** Takes the input from its source, in the run's first op, before the run is announced. */
  async take({ scope, trace }: EngineParts): Promise<void> {
    if (!this.sourced || this.prepared) return;
    this.prepared = await this.sourced.take(scope.runId);
    trace.beginWith(this.data);
  }

  /**
   * Checks input and state with the workflow's schemas, and remembers them where a replay could not make them again.
   * @throws what the source threw; MastraError with a schema's issues
   */
  async prepare(parts: EngineParts): Promise<void> {
    this.prepared = this.sourced ? await this.fromSource(this.sourced, parts) : await this.fromEvent(parts);
    // Core changes the state that it is given, and a nested run tells what became of it.
    const nested = parts.scope.ancestors.length > 0;
    if (nested && !this.prepared.ownState) this.prepared.initialState = { ...this.givenState };
  }

  private async fromSource(sourced: SourcedStart, parts: EngineParts): Promise<Prepared> {
    const { prepared, failure } = await sourced.remember(parts);
    this.prepared = prepared;
    parts.trace.beginWith(prepared.inputData);
    if (failure) throw failure.thrown;
    return prepared;
  }

  private async fromEvent(parts: EngineParts): Promise<Prepared> {
    const { prepared, isChanged } = await checkStart(this.workflow, this.start, this.requestContext);
    // Before the op that remembers it, which announces the run's start.
    this.prepared = prepared;
    return isChanged ? rememberStart(parts, prepared) : prepared;
  }
}
