/** What a model can answer with, and in which form. */
import { z } from 'zod';
import type { Script } from '../support/script';
import { scriptedModel } from '../support/scripted-model';

const said = (...text: string[]) => ({ text });
const city = z.object({ city: z.string().describe('Its name'), people: z.number().optional() });
const image = { type: 'image' as const, image: 'aGVsbG8=', mimeType: 'image/png' };
const structured = (schema: unknown, more: object = {}) => ({ structuredOutput: { schema, ...more } });

export const ANSWERS: Script[] = [
  {
    name: 'structured output with optional fields',
    turns: [said('{"city":"Rome"}')],
    options: () => structured(city),
  },
  {
    name: 'structured output: a list',
    turns: [said('{"elements":[{"city":"Rome"},{"city":"Oslo"}]}')],
    options: () => structured(z.array(city)),
  },
  {
    name: 'structured output: one of several',
    turns: [said('{"result":"warm"}')],
    options: () => structured(z.enum(['warm', 'cold'])),
  },
  {
    name: 'structured output by JSON Schema',
    turns: [said('{"city":"Rome"}')],
    options: () =>
      structured({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }),
  },
  {
    name: 'structured output in the prompt',
    turns: [said('{"city":"Rome"}')],
    options: () => structured(city, { jsonPromptInjection: true }),
  },
  {
    name: 'structured output that is wrong',
    turns: [said('{"city":7}')],
    options: () => structured(city),
  },
  {
    name: 'structured output that is wrong, with another in its place',
    turns: [said('{"city":7}')],
    options: () => structured(city, { errorStrategy: 'fallback', fallbackValue: { city: 'none' } }),
  },
  {
    name: 'structured output of a model of its own',
    turns: [said('It is Rome.')],
    options: () =>
      structured(city, { model: scriptedModel([said('{"city":"Rome"}')], { modelId: 'structuring' }) }),
  },
  {
    name: 'structured output after a tool',
    turns: [{ tools: [{ name: 'add', args: { n: 1 }, id: 'add-1' }] }, said('{"city":"Rome"}')],
    options: () => structured(city),
  },
  {
    name: 'generate() with structured output',
    generates: true,
    turns: [said('{"city":"Rome"}')],
    options: () => structured(city),
  },
  {
    name: 'reasoning',
    turns: [
      {
        parts: [
          { type: 'reasoning-start', id: 'r' },
          { type: 'reasoning-delta', id: 'r', delta: 'If it rains, ' },
          { type: 'reasoning-delta', id: 'r', delta: 'then not.' },
          { type: 'reasoning-end', id: 'r', providerMetadata: { test: { signature: 'sealed' } } },
        ],
        tools: [{ name: 'add', args: { n: 1 }, id: 'add-1' }],
      },
      said('no'),
    ],
  },
  {
    name: 'sources and files',
    turns: [
      {
        parts: [
          { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com', title: 'Example' },
          { type: 'file', mediaType: 'image/png', data: 'aGVsbG8=' },
        ],
        text: ['see there'],
      },
    ],
  },
  {
    name: 'usage of all kinds',
    turns: [
      {
        tools: [{ name: 'add', args: { n: 1 }, id: 'add-1' }],
        usage: {
          inputTokens: 10,
          outputTokens: 20,
          totalTokens: 30,
          reasoningTokens: 4,
          cachedInputTokens: 5,
        },
      },
      {
        text: ['2'],
        usage: {
          inputTokens: 11,
          outputTokens: 21,
          totalTokens: 32,
          reasoningTokens: 6,
          cachedInputTokens: 7,
        },
      },
    ],
  },
  { name: 'usage that is not known', turns: [{ text: ['2'], usage: {} }] },
  {
    name: 'raw chunks',
    turns: [{ parts: [{ type: 'raw', rawValue: { from: 'the provider' } }], text: ['ok'] }],
    options: () => ({ includeRawChunks: true }),
  },
  {
    name: 'an image is asked about',
    turns: [said('a cat')],
    said: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }],
  },
  {
    name: 'messages as a browser has them',
    turns: [said('hello')],
    said: [{ id: 'ui-1', role: 'user', parts: [{ type: 'text', text: 'Hi.' }] }] as never,
  },
  { name: 'several messages', turns: [said('both')], said: ['One.', 'Two.'] },
  {
    name: 'a tool the provider executes',
    turns: [
      {
        parts: [
          { type: 'tool-input-start', id: 'web-1', toolName: 'web', providerExecuted: true },
          { type: 'tool-input-delta', id: 'web-1', delta: '{"q":1}' },
          { type: 'tool-input-end', id: 'web-1' },
          {
            type: 'tool-call',
            toolCallId: 'web-1',
            toolName: 'web',
            input: '{"q":1}',
            providerExecuted: true,
          },
          {
            type: 'tool-result',
            toolCallId: 'web-1',
            toolName: 'web',
            result: { found: 1 },
            providerExecuted: true,
          },
        ],
        text: ['found'],
      },
    ],
  },
];
