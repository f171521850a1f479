/** Scripts by chance, the same for the same seed. */
import { randomOf } from '../../streams/stories/schedule';
import type { Script } from '../support/script';
import type { Turn } from '../support/scripted-model';

const TOOLS = ['add', 'add', 'fail', 'guarded', 'ask', 'nothing'];

export function randomScript(seed: number): Script {
  const random = randomOf(seed);
  const below = (count: number) => Math.floor(random() * count);
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const words = (count: number) => Array.from({ length: count }, (_, place) => `word${place} `);
  const count = 1 + below(4);
  const turns: Turn[] = Array.from({ length: count }, (_, turn) => {
    const text = random() < 0.4 ? words(1 + below(3)) : undefined;
    if (turn === count - 1) return random() < 0.15 ? failing(text) : { text: text ?? words(2) };
    const tools = Array.from({ length: 1 + below(3) }, (_unused, place) => {
      const name = oneOf(TOOLS);
      const args = random() < 0.1 ? { n: 'not a number' } : { n: below(100) };
      return { name, args, id: `${name}-${turn}-${place}` };
    });
    return { text, tools };
  });
  const answers = Array.from({ length: 12 }, () =>
    random() < 0.3 ? { approved: false, answer: 'no' } : { approved: true, answer: 'yes' },
  );
  const aborts = random() < 0.15;
  if (aborts) turns[below(count)] = { text: words(3), hangsAfter: 4 };
  return {
    name: `seed ${seed}`,
    turns,
    answers,
    lastFirst: random() < 0.5,
    abortOnHang: aborts,
    options: () => ({
      ...(random() < 0.2 && { maxSteps: 1 + below(3) }),
      ...(random() < 0.2 && { requireToolApproval: true }),
      ...(random() < 0.2 && { toolCallConcurrency: 1 + below(3) }),
    }),
  };

  function failing(text: string[] | undefined): Turn {
    return { text, fails: { error: new TypeError('no power'), late: text !== undefined } };
  }
}
