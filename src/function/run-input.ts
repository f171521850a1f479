import type { StartRequest } from '../wire/start-event';
import type { Prepared } from './prepare';

/** What a run begins with: what its start event brought, until its schemas, its source or an earlier leg say more. */
export class RunInput {
  prepared?: Prepared;

  constructor(readonly start: StartRequest) {}

  get data(): unknown {
    return this.prepared ? this.prepared.inputData : this.start.inputData;
  }

  get state(): Record<string, unknown> {
    return (this.prepared?.initialState ?? this.givenState) as Record<string, unknown>;
  }

  get givenState(): Record<string, unknown> {
    return (this.start.initialState ?? {}) as Record<string, unknown>;
  }
}
