/** All hand-made cases. */
import type { Case } from '../kit';
import { branching } from './branching';
import { context } from './context';
import { each } from './each';
import { loops } from './loops';
import { mapping } from './mapping';
import { nesting } from './nesting';
import { parallel } from './parallel';
import { sequence } from './sequence';
import { sleeping } from './sleeping';

export const CASES: Case[] = [
  ...sequence,
  ...mapping,
  ...parallel,
  ...branching,
  ...loops,
  ...each,
  ...sleeping,
  ...nesting,
  ...context,
];
