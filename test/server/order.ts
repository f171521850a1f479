import type { Chunk } from './client';

/** Keys of an object by name; chunks of steps that run at once by their step. Within a step the order stays. */
export function sorted(answer: object): unknown {
  const { chunks, body } = answer as { chunks?: Chunk[]; body?: Record<string, unknown> };
  if (body)
    return Object.fromEntries(Object.entries(body).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  const steps: Record<string, Chunk[]> = {};
  for (const chunk of chunks ?? []) {
    const { id, stepName } = chunk.payload ?? {};
    (steps[(id ?? stepName ?? 'run') as string] ??= []).push(chunk);
  }
  return { ...answer, chunks: steps };
}

/** Core's streams of a resumed run leave out where a user's chunk comes from; those of a started one do not. */
export function bare(answer: { status: number; chunks: Chunk[] }): unknown {
  const chunks = answer.chunks.map(({ from, runId, ...chunk }) =>
    chunk.type.startsWith('data-') ? chunk : { ...chunk, from, runId },
  );
  return { ...answer, chunks };
}
