/** A durable agent as a step: its run is one of its own, which the step waits for and, where a person is asked, suspends with. */
import type { DurableAgent } from '@mastra/core/agent/durable';
import { currentOperation } from '../engine/operations';
import { isRecord } from '../wire/json';
import type { StepRuns } from './step-runs';
import { hearingWholeCalls } from './whole-calls';

/** What core calls a step's body with, as far as it is used here. */
interface StepContext {
  inputData: { prompt: string };
  requestContext: never;
  resumeData?: unknown;
  suspendData?: unknown;
  abortSignal?: AbortSignal;
  suspend(payload: object, options?: { resumeLabel: string }): Promise<never>;
}

/** What is used of a run's output. */
interface StepOutput {
  finishReason?: string;
  runId?: string;
  suspendPayload?: unknown;
  text?: string;
  object?: unknown;
}

/** What the run of a step's agent waits for; the step's suspend payload. */
interface Waiting {
  agentRunId: string;
  toolCallId?: string;
}

/** The agent, and what is stored of its runs. */
export interface StepAgent {
  agent: DurableAgent;
  runs: StepRuns;
}

/**
 * The body of a step that runs the agent. A step that is executed again after a crash finds the run that it has begun or answered.
 * @param options what the agent's `generate` is called with
 */
export function stepBody({ agent, runs }: StepAgent, options: { structuredOutput?: unknown } = {}) {
  const recalled = async (runId: string): Promise<StepOutput> => {
    const suspendPayload = await runs.rested(runId);
    if (suspendPayload) return { finishReason: 'suspended', runId, suspendPayload };
    return hearingWholeCalls(async () => (await agent.observe(runId)).output.getFullOutput());
  };
  const generated = async (context: StepContext): Promise<StepOutput> => {
    const { inputData, requestContext, resumeData, suspendData, abortSignal } = context;
    if (resumeData !== undefined && isRecord(suspendData)) {
      const { agentRunId, toolCallId } = suspendData as unknown as Waiting;
      runs.keep(agentRunId);
      if (!(await runs.waitsFor(agentRunId, toolCallId))) return recalled(agentRunId);
      return agent.resumeGenerate(agentRunId, resumeData, { toolCallId });
    }
    const runId = currentOperation()?.stepCallId;
    if (runId !== undefined) runs.keep(runId);
    if (runId !== undefined && (await runs.hasBegun(runId))) return recalled(runId);
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
