import type { SerializedStepFlowEntry, StepFlowEntry } from '@mastra/core/workflows';
import type { AnyMastra, EngineOptions } from '../core-types';
import type { ListCache } from '../log/event-log';
import type { Schema } from './schema';
import type { OwnTriggers } from './triggers';

/** A workflow as its function needs it. */
export interface RunnableWorkflow {
  readonly id: string;
  readonly inputSchema?: Schema;
  readonly stateSchema?: Schema;
  readonly requestContextSchema?: Schema;
  readonly options: EngineOptions;
  readonly retryConfig: { attempts?: number; delay?: number };
  readonly steps: Record<string, { resumeSchema?: Schema } | undefined>;
  readonly functionOptions: Record<string, unknown>;
  readonly triggers: OwnTriggers;
  readonly streamBatchMs: number;
  /** The same where more comes than anybody reads. */
  readonly longestBatchMs?: number;
  /** Where its runs' events are kept, if not in Mastra's cache; `false` for nowhere. */
  readonly eventCache?: ListCache | false;
  readonly stepGraph: StepFlowEntry[];
  readonly serializedStepGraph: SerializedStepFlowEntry[];
  readonly mastra: AnyMastra | undefined;
}
