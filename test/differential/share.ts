import { share as shareOf } from '../support/share';
import { CASES } from './cases';
import type { Case } from './kit';
import { MODES } from './modes';
import type { Mode } from './rig';

const OTHERS: Mode[] = Object.values(MODES).filter(mode => mode !== MODES.checkpointing);

/** The cases that a mode plays: all in the one that users have by default, or where `CASES` chooses them; a share in each of the others. */
export function share(mode: Mode): readonly Case[] {
  const place = OTHERS.indexOf(mode);
  return place === -1 || process.env.CASES ? CASES : shareOf(CASES, place, OTHERS.length);
}

export const isWhole = (cases: readonly Case[]): boolean =>
  cases.length === CASES.length && !process.env.CASES;
