/** Stands in for a model: calls a tool, then another, then speaks. In your app this is `model: 'openai/gpt-5.5'`. */
const usage = { inputTokens: 10, outputTokens: 10, totalTokens: 20 };

const TURNS = [
  [toolCall('lookUp', { order: 7 })],
  [toolCall('refund', { order: 7, amount: 30 })],
  [
    { type: 'text-start', id: 'text' },
    ...['Order 7 ', 'is paid ', 'back.'].map(delta => ({ type: 'text-delta', id: 'text', delta })),
    { type: 'text-end', id: 'text' },
  ],
];

function toolCall(toolName: string, args: object) {
  return { type: 'tool-call', toolCallId: toolName, toolName, input: JSON.stringify(args) };
}

export function scriptedModel(onCall: (turn: number) => void) {
  return {
    specificationVersion: 'v2' as const,
    provider: 'example',
    modelId: 'script',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new TypeError('This model streams.')),
    doStream: async ({ prompt }: { prompt: { role: string }[] }) => {
      const turn = prompt.filter(({ role }) => role === 'tool').length;
      onCall(turn);
      const parts = TURNS[turn] ?? [];
      const finishReason = turn < 2 ? 'tool-calls' : 'stop';
      return {
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: 'stream-start', warnings: [] });
            for (const part of parts) controller.enqueue(part);
            controller.enqueue({ type: 'finish', finishReason, usage });
            controller.close();
          },
        }),
      };
    },
  };
}
