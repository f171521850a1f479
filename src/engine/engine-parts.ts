import type { Persistence } from '../snapshot/persistence';
import type { ContainerTimes } from './container-times';
import type { OperationIds } from './operation-ids';
import type { Operations } from './operations';
import type { RunPubSub } from './run-pubsub';
import type { RunTrace } from './run-trace';
import type { RunScope } from './scope';

/** What the parts of one run's engine share. */
export interface EngineParts {
  readonly scope: RunScope;
  readonly ids: OperationIds;
  /** Index of the graph's last entry. */
  readonly lastEntry: number;
  readonly operations: Operations;
  readonly pubsub: RunPubSub;
  readonly persistence: Persistence;
  readonly times: ContainerTimes;
  readonly trace: RunTrace;
}
