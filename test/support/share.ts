/** `npm run verify` asks for all; `npm test` for what finds most mistakes in a few minutes. */
export const isFull = process.env.TEST_SCOPE === 'full';

/**
 * The cases that mode number `place` (from 0 on) of `modes` plays: each case is played in one of them, by its place in the list. With
 * `TEST_SCOPE=full`, as in `npm run verify`, every mode plays them all.
 */
export function share<T>(cases: readonly T[], place: number, modes: number): readonly T[] {
  return isFull ? cases : cases.filter((_case, index) => index % modes === place);
}
