import { CASES } from './cases';
import type { Case } from './kit';
import { MODES } from './modes';
import type { Mode } from './rig';

const OTHERS: Mode[] = Object.values(MODES).filter(mode => mode !== MODES.checkpointing);

/**
 * The cases that a mode plays: all in the one that users have by default, and each in one of the others. With `TEST_SCOPE=full`, as in
 * `npm run verify`, or where `CASES` chooses them, every mode plays them all.
 */
export function share(mode: Mode): Case[] {
  const place = OTHERS.indexOf(mode);
  if (place === -1 || process.env.TEST_SCOPE === 'full' || process.env.CASES) return CASES;
  return CASES.filter((_case, index) => index % OTHERS.length === place);
}

export const isWhole = (cases: readonly Case[]): boolean =>
  cases.length === CASES.length && !process.env.CASES;
