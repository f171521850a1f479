/** What of a run's input every op of it can read: the state of each turn has it, too. */
import type { globalRunRegistry } from '@mastra/core/agent/durable';
import type { CallParams } from './graph';

/** What a process holds of a run beside what is stored: models, tools, memory, and the caller's functions. */
export type RunEntry = NonNullable<ReturnType<(typeof globalRunRegistry)['get']>>;

/** What the caller's process adds to core's input of a run. */
export interface CallerWord {
  /** Names of what lives in the caller's process alone, such as `stopWhen`; tools are found by their names. */
  closures?: string[];
  /** An input processor has refused the run. */
  tripwire?: RunEntry['tripwire'];
  /** JSON Schema of the structured output, as text. */
  schema?: string;
}

export interface RunFacts {
  runId: string;
  agentId: string;
  messageId: string;
  messageListState: object;
  /** The tools that the run was prepared with. */
  toolsMetadata: readonly { name: string }[];
  requestContextEntries?: Record<string, unknown>;
  /** How many turns are over; missing in the run's own input. */
  iterationCount?: number;
  state: { threadId?: string; resourceId?: string };
  options: {
    disableBackgroundTasks?: boolean;
    backgroundTaskPolicy?: { allowToolDispatch?: boolean };
    mastraInngest?: CallerWord;
  };
}

/** The facts of the run that a call of core's code is of. */
export function factsOf(params: CallParams): RunFacts {
  return (params.getInitData as () => RunFacts)();
}
