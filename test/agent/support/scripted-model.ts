/** A model that says what a test has it say, in the second version of the AI SDK's interface. */

/** What one call of the model gives. */
export interface Turn {
  /** Its text, one delta for each. */
  text?: string[];
  tools?: { name: string; args: Record<string, unknown>; id?: string }[];
  /** It fails: before it says anything, or after its text. */
  fails?: { error: unknown; late?: boolean };
  /** Before its text: parts as the interface of models has them, such as reasoning. */
  parts?: object[];
  usage?: object;
  /** Says no more than so many parts until it is aborted. */
  hangsAfter?: number;
  /** Called before each part is sent. */
  pause?: (part: number) => Promise<void>;
}

/** One call that was made. */
export interface ModelCall {
  prompt: { role: string; content: unknown }[];
  tools?: unknown[];
  toolChoice?: unknown;
  /** Settings, headers and the like. */
  [option: string]: unknown;
}

const USAGE = { inputTokens: 1, outputTokens: 2, totalTokens: 3 };

function hasToolCalls({ role, content }: ModelCall['prompt'][number]): boolean {
  return role === 'assistant' && (content as { type: string }[]).some(({ type }) => type === 'tool-call');
}

/** `turns`: by how often the prompt has tools called, or, for a function, what to say to a prompt. */
export function scriptedModel(
  turns: Turn[] | ((call: ModelCall) => Turn),
  { modelId = 'scripted', onCall }: { modelId?: string; onCall?: (call: ModelCall) => void } = {},
) {
  const calls: ModelCall[] = [];
  let hangs: (said: number) => void;
  const hanging = new Promise<number>(resolve => {
    hangs = resolve;
  });
  const turnOf = (call: ModelCall): Turn => {
    if (typeof turns === 'function') return turns(call);
    const made = call.prompt.filter(hasToolCalls).length;
    return turns[Math.min(made, turns.length - 1)] ?? {};
  };
  return {
    specificationVersion: 'v2' as const,
    provider: 'test',
    modelId,
    supportedUrls: {},
    calls,
    /** Resolves when it says no more, to how many deltas of text it has said in all. */
    hanging,
    /** Agents stream; what core asks beside them, such as a title, it asks so. */
    async doGenerate({ prompt, tools, toolChoice }: ModelCall) {
      const { text = [], usage = USAGE } = turnOf({ prompt, tools, toolChoice });
      const content = [{ type: 'text', text: text.join('') }];
      return { content, finishReason: 'stop', usage, warnings: [], request: {}, response: {} };
    },
    async doStream(options: ModelCall & { abortSignal?: AbortSignal }) {
      const { abortSignal, ...asked } = options;
      const call = structuredClone(asked) as ModelCall;
      calls.push(call);
      onCall?.(call);
      const turn = turnOf(call);
      if (turn.fails && !turn.fails.late) throw turn.fails.error;
      const said = () => {
        hangs(deltas);
      };
      const deltas = calls.reduce((sum, one) => sum + deltasOf(turnOf(one)), 0);
      return { stream: streamOf(turn, abortSignal, said), request: {}, response: { headers: {} } };
    },
  };
}

function partsOf({ text, tools, fails, parts = [], usage = USAGE }: Turn): object[] {
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
    ...parts,
    ...said,
    ...called,
    ...(fails ? [{ type: 'error', error: fails.error }] : [{ type: 'finish', finishReason, usage }]),
  ];
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted) return resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** How many deltas of its text a turn says. */
function deltasOf({ text, hangsAfter }: Turn): number {
  const all = text?.length ?? 0;
  // Three parts come before the first delta.
  return hangsAfter === undefined ? all : Math.max(0, Math.min(all, hangsAfter - 3));
}

function streamOf(turn: Turn, abortSignal: AbortSignal | undefined, onHang: () => void): ReadableStream {
  const parts = partsOf(turn);
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      await turn.pause?.(next);
      if (next === turn.hangsAfter) {
        onHang();
        await aborted(abortSignal);
      }
      if (abortSignal?.aborted) return controller.error(new DOMException('aborted', 'AbortError'));
      const part = parts[next++];
      if (part) controller.enqueue(part);
      else controller.close();
    },
  });
}
