/** What is compared of a story: each event in a word that says what happened to which step, in which turn. */
export interface StreamedEvent {
  type: string;
  payload?: Record<string, unknown>;
  data?: unknown;
}

export function wordOf({ type, payload, data }: StreamedEvent): string {
  const { id, metadata, currentIndex, completedCount, output, status } = (payload ?? {}) as Record<
    string,
    never
  >;
  const { iterationCount } = (metadata ?? {}) as { iterationCount?: number };
  const written = (data ?? (type === 'workflow-step-output' ? output : undefined)) as
    { from?: string } | undefined;
  const parts = [
    type.replace('workflow-', ''),
    written?.from ?? id,
    iterationCount,
    currentIndex === undefined ? undefined : `${String(currentIndex)}/${String(completedCount)}`,
    type === 'workflow-step-result' ? status : undefined,
  ];
  return parts.filter(part => part !== undefined).join(' ');
}

/** The step that a word is about. */
export function stepOf(word: string): string {
  return word.split(' ')[1] ?? '';
}

/** Where two stories differ though both should be the same, to the letter. */
export function differenceOf(expected: readonly string[], seen: readonly string[]): string | undefined {
  if (expected.join('\n') === seen.join('\n')) return undefined;
  return `expected ${expected.join(' | ')}\n    seen ${seen.join(' | ')}`;
}

/**
 * Where a story breaks the order of causes of another one: the same events of each step in the same order, and no event of a
 * part of the graph before the end of the parts before it. `partOf`: the place of a step's part in the graph.
 */
export function disorderOf(
  expected: readonly string[],
  seen: readonly string[],
  partOf: (step: string) => number,
): string | undefined {
  const steps = new Set([...expected, ...seen].map(stepOf));
  for (const step of steps) {
    const of = (words: readonly string[]) => countless(words.filter(word => stepOf(word) === step));
    const difference = differenceOf(of(expected), of(seen));
    if (difference) return `${step}: ${difference}\n     all ${seen.join(' | ')}`;
  }
  const parts = seen.map(word => partOf(stepOf(word))).filter(part => part >= 0);
  const back = parts.findIndex((part, place) => part < (parts[place - 1] ?? 0));
  return back < 0 ? undefined : `part ${parts[back]} after part ${parts[back - 1]}: ${seen.join(' | ')}`;
}

/** What one story has and the other has not, in whatever order. */
export function lossOf(expected: readonly string[], seen: readonly string[]): string | undefined {
  return differenceOf(countless(expected).toSorted(), countless(seen).toSorted());
}

/** Items that run at once end in any order, so their progress is compared without its counts. */
function countless(words: readonly string[]): string[] {
  const isProgress = (word: string) => word.startsWith('step-progress');
  const progress = words.filter(isProgress).map(word => word.replace(/\/\d+$/, ''));
  return [...words.filter(word => !isProgress(word)), ...progress.sort()];
}
