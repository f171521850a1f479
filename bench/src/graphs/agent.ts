/** What the agents of all contenders say and do: the words and calls are the script of one model. */
import { type ModelCall, type Turn, scriptedModel } from '../../../test/agent/support/scripted-model';

/** Milliseconds between two words of the model. */
const PAUSE = 5;

const words = (word: string, count: number) =>
  Array.from({ length: count }, (_, place) => `${word} ${place} `);
const pause = () => new Promise<void>(resolve => setTimeout(resolve, PAUSE));
const lookUp = (page: number) => ({ name: 'lookUp', args: { page }, id: `call-${page}` });

const TURNS: readonly Turn[] = [
  { text: words('first', 10), tools: [lookUp(1)], pause },
  { tools: [lookUp(2)], pause },
  { text: words('word', 100), pause },
];

/** How many calls of the model a run has. */
export const MODEL_CALLS = TURNS.length;

/** A model that says so, by the calls that it has made. */
export function scriptOf() {
  return scriptedModel(({ prompt }: ModelCall) => {
    const made = prompt.filter(({ role }) => role === 'tool').length;
    return TURNS[made] ?? {};
  });
}

/** What the tool gives: 1 KB. */
export function lookedUp(page: number): { page: number; text: string } {
  return { page, text: `${page} `.repeat(500) };
}
