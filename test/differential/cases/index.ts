/** All hand-made cases. */
import type { Case } from '../kit';
import { first } from './first';
import { sequence } from './sequence';

export const CASES: Case[] = [...sequence, ...first];
