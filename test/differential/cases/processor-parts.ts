/** Processors as steps, and what they are given. */
import { MessageList } from '@mastra/core/agent';
import { createStep } from '@mastra/core/workflows';
import type { Kit, StepContext } from '../kit';

interface Message {
  id: string;
  role: string;
  createdAt: Date;
  content: { format: 2; parts: { type: string; text: string }[] };
}

/** What a processor's method gets, as far as these cases look at it. */
export interface Given {
  messages: Message[];
  messageList: MessageList;
  systemMessages: unknown[];
  state: Record<string, unknown>;
  part?: { type: string; payload?: { text: string } };
  streamParts?: unknown[];
  stepNumber?: number;
  text?: string;
  result?: { text: string };
  toolName?: string;
  args?: unknown;
  retryCount?: number;
  requestContext: { get(key: string): unknown };
  writer?: { custom(chunk: object): Promise<void> };
  abort(reason?: string, options?: object): never;
}

export type Method = (given: Given) => unknown;

export const message = (id: string, text: string, role = 'user'): Message => ({
  id,
  role,
  createdAt: new Date(1_700_000_000_000 + Number(id.slice(1))),
  content: { format: 2, parts: [{ type: 'text', text }] },
});

export const shout = (one: Message): Message => ({
  ...one,
  content: {
    ...one.content,
    parts: one.content.parts.map(part => ({ ...part, text: part.text.toUpperCase() })),
  },
});

export const MESSAGES = [message('m1', 'hello'), message('m2', 'what is the time?')];
export const asked = { input: { phase: 'input', messages: MESSAGES, systemMessages: [] } };
export const answered = {
  input: {
    phase: 'outputResult',
    messages: [...MESSAGES, message('m3', 'it is noon', 'assistant')],
    result: { text: 'it is noon', usage: { inputTokens: 1 }, finishReason: 'stop', steps: [] },
  },
};
export const stepped = {
  input: {
    phase: 'outputStep',
    messages: [...MESSAGES, message('m3', 'it is noon', 'assistant')],
    stepNumber: 2,
    text: 'it is noon',
    finishReason: 'stop',
    toolCalls: [],
  },
};
export const streamed = {
  input: {
    phase: 'outputStream',
    part: { type: 'text-delta', payload: { text: 'noon' } },
    streamParts: [],
    state: { seen: 1 },
  },
};
export const called = {
  input: {
    phase: 'toolResult',
    messages: MESSAGES,
    stepNumber: 0,
    toolName: 'clock',
    toolCallId: 'call-1',
    args: { zone: 'UTC' },
    result: { text: 'noon', usage: {}, finishReason: 'stop', steps: [] },
  },
};

/** A processor with one method. */
export function processor(kit: Kit, method: string, body: Method, id = 'tidy') {
  return createStep({
    id,
    name: `The ${id}`,
    [method]: kit.fn(id, async (given: Given) => body(given)),
  } as never);
}

export const texts = ({ inputData }: StepContext) =>
  (inputData.messages as Message[]).map(({ content }) => content.parts.map(({ text }) => text).join(' '));

/**
 * The steps after one that makes the list of the messages: it can't be part of a run's input, and each processor wants it.
 */
export function flow(kit: Kit, options: object = {}) {
  return kit.workflow(options).then(kit.step('lists', ({ inputData }) => listing(inputData as Given)));
}

/** The same for a list of inputs. */
export function flowOfItems(kit: Kit) {
  return kit
    .workflow()
    .then(kit.step('lists', ({ inputData }) => (inputData as unknown as Given[]).map(listing)));
}

function listing(given: Given) {
  // The list keeps the messages that it gets, and changes them.
  const messages = structuredClone(given.messages);
  return { ...given, messageList: new MessageList().add(messages as never, 'input') };
}

/** What a later step sees of a processor's result, without its message list. */
export const looks = (kit: Kit, id = 'looks') => kit.step(id, texts);

export const shouting = (kit: Kit, id = 'tidy') =>
  processor(kit, 'processInput', ({ messages }) => messages.map(shout), id);
