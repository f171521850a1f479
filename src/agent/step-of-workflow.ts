/** A durable agent as a step: its run is one of its own, which the step waits for and, where a person is asked, suspends with. */
import type { DurableAgent } from '@mastra/core/agent/durable';
import { currentOperation } from '../engine/operations';
import { isRecord } from '../wire/json';

/** What core calls a step's body with, as far as it is used here. */
interface StepContext {
  inputData: { prompt: string };
  requestContext: never;
  resumeData?: unknown;
  suspendData?: unknown;
  abortSignal?: AbortSignal;
  suspend(payload: object, options?: { resumeLabel: string }): Promise<never>;
}

type Output = Awaited<ReturnType<DurableAgent['generate']>>;

/** What the run of a step's agent waits for; the step's suspend payload. */
interface Waiting {
  agentRunId: string;
  toolCallId?: string;
}

/** The agent, and whether a run of it has begun. */
export interface StepAgent {
  agent: DurableAgent;
  hasBegun(this: void, runId: string): Promise<boolean>;
}

/**
 * The body of a step that runs the agent. A step that is executed again after a crash finds the run that it has begun.
 * @param options what the agent's `generate` is called with
 */
export function stepBody({ agent, hasBegun }: StepAgent, options: { structuredOutput?: unknown } = {}) {
  const generated = async (context: StepContext): Promise<Output> => {
    const { inputData, requestContext, resumeData, suspendData, abortSignal } = context;
    if (resumeData !== undefined && isRecord(suspendData)) {
      const { agentRunId, toolCallId } = suspendData as unknown as Waiting;
      return agent.resumeGenerate(agentRunId, resumeData, { toolCallId });
    }
    const runId = currentOperation()?.stepCallId;
    if (runId !== undefined && (await hasBegun(runId))) {
      const { output } = await agent.observe(runId);
      return output.getFullOutput();
    }
    return agent.generate(inputData.prompt, { ...options, runId, requestContext, abortSignal } as never);
  };
  return async (context: StepContext): Promise<unknown> => {
    const output = await generated(context);
    if (output.finishReason !== 'suspended')
      return options.structuredOutput ? output.object : { text: output.text };
    const { toolCallId } = (output.suspendPayload ?? {}) as { toolCallId?: string };
    const waiting: Waiting = {
      agentRunId: String(output.runId),
      ...(toolCallId !== undefined && { toolCallId }),
    };
    const label = toolCallId === undefined ? undefined : { resumeLabel: toolCallId };
    return context.suspend({ ...waiting, ...(output.suspendPayload as object | undefined) }, label);
  };
}
