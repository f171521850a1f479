/** A model that says what a test has it say, in the second version of the AI SDK's interface. */

/** What one call of the model gives. */
export interface Turn {
  /** Its text, one delta for each. */
  text?: string[];
  tools?: { name: string; args: Record<string, unknown>; id?: string }[];
  /** It fails: before it says anything, or after its text. */
  fails?: { error: unknown; late?: boolean };
  /** Called before each part is sent. */
  pause?: (part: number) => Promise<void>;
}

/** One call that was made. */
export interface ModelCall {
  prompt: { role: string; content: unknown }[];
  tools?: unknown[];
  toolChoice?: unknown;
}

const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 };

/** `turns`: by how many results of tools the prompt has, or, for a function, what to say to a prompt. */
export function scriptedModel(
  turns: Turn[] | ((call: ModelCall) => Turn),
  { modelId = 'scripted', onCall }: { modelId?: string; onCall?: (call: ModelCall) => void } = {},
) {
  const calls: ModelCall[] = [];
  const turnOf = (call: ModelCall): Turn => {
    if (typeof turns === 'function') return turns(call);
    const made = call.prompt.filter(({ role }) => role === 'tool').length;
    return turns[Math.min(made, turns.length - 1)] ?? {};
  };
  return {
    specificationVersion: 'v2' as const,
    provider: 'test',
    modelId,
    supportedUrls: {},
    calls,
    async doGenerate(): Promise<never> {
      throw new Error('Only streams are scripted.');
    },
    async doStream(options: ModelCall & { abortSignal?: AbortSignal }) {
      const { abortSignal, prompt, tools, toolChoice } = options;
      const call = structuredClone({ prompt, tools, toolChoice });
      calls.push(call);
      onCall?.(call);
      const turn = turnOf(call);
      if (turn.fails && !turn.fails.late) throw turn.fails.error;
      return { stream: streamOf(turn, abortSignal), request: {}, response: { headers: {} } };
    },
  };
}

function partsOf({ text, tools, fails }: Turn): object[] {
  const said = text
    ? [
        { type: 'text-start', id: 'text' },
        ...text.map(delta => ({ type: 'text-delta', id: 'text', delta })),
        ...(fails ? [] : [{ type: 'text-end', id: 'text' }]),
      ]
    : [];
  const called = (tools ?? []).map(({ name, args, id }, place) => ({
    type: 'tool-call',
    toolCallId: id ?? `${name}-${place}-${JSON.stringify(args)}`,
    toolName: name,
    input: JSON.stringify(args),
  }));
  const finishReason = called.length > 0 ? 'tool-calls' : 'stop';
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'response', modelId: 'scripted', timestamp: new Date(0) },
    ...said,
    ...called,
    ...(fails ? [{ type: 'error', error: fails.error }] : [{ type: 'finish', finishReason, usage }]),
  ];
}

function streamOf(turn: Turn, abortSignal: AbortSignal | undefined): ReadableStream {
  const parts = partsOf(turn);
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      await turn.pause?.(next);
      if (abortSignal?.aborted) return controller.error(new DOMException('aborted', 'AbortError'));
      const part = parts[next++];
      if (part) controller.enqueue(part);
      else controller.close();
    },
  });
}
