/** What a script says: the turns of a model, and what is done with the agent that has it. */
import type { DurableAgent, DurableAgentStreamOptions } from '@mastra/core/agent/durable';
import type { MastraMemory } from '@mastra/core/memory';
import type { Turn } from './scripted-model';

/** Adds to what is compared. Values are kept as they are at that moment. */
export type Note = (what: string, value?: unknown) => void;

/** An agent that is being played, and where it remembers. */
export interface Played {
  durable: DurableAgent;
  memory: MastraMemory;
  threadId: string;
  resourceId: string;
  note: Note;
}

/** One that has been played. */
export interface Over extends Played {
  runId: string;
  /** What was noted so far. */
  noted: () => readonly Noted[];
}

export interface Noted {
  what: string;
  value: unknown;
}

export interface Script {
  name: string;
  turns: Turn[] | (() => Turn[]);
  /** What the agent is told; `Go on.` by default. */
  said?: Parameters<DurableAgent['stream']>[0];
  /** Of the agent. `played` may be asked for once the run goes on. */
  agent?: (note: Note, played: () => Played) => object;
  /** Of the call of `stream()`. */
  options?: (note: Note, played: () => Played) => DurableAgentStreamOptions<never> | object;
  /** Calls `generate()` and `resumeGenerate()` in place of `stream()` and `resume()`. */
  generates?: boolean;
  before?: (played: Played) => Promise<unknown>;
  /** What is done once the run is over; what it notes is compared. */
  after?: (played: Over) => Promise<unknown>;
  /** What a person says to each call that waits, by its place; approves and answers by default. */
  answers?: unknown[];
  /** Aborts once the model says no more (`Turn.hangsAfter`), and all that it said has come. */
  abortOnHang?: boolean | ((played: Played & { runId: string }) => unknown);
  /** Answers the call that began to wait last first. */
  lastFirst?: boolean;
}

/** All that can be seen of a script that was played. */
export interface Outcome {
  chunks: unknown;
  output: unknown;
  messages: unknown;
  thread: unknown;
  /** The messages that were stored each time that the run waited. */
  waiting: unknown;
  prompts: unknown;
  toolCalls: unknown;
  noted: unknown;
}
