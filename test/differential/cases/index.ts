/** All hand-made cases. */
import type { Case } from '../kit';
import { branching } from './branching';
import { classifiers } from './classifiers';
import { components } from './components';
import { context } from './context';
import { each } from './each';
import { errors } from './errors';
import { loops } from './loops';
import { mapping } from './mapping';
import { nesting } from './nesting';
import { options } from './options';
import { parallel } from './parallel';
import { processors } from './processors';
import { schemas } from './schemas';
import { sequence } from './sequence';
import { sleeping } from './sleeping';
import { streams } from './streams';
import { suspending } from './suspending';
import { values } from './values';

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
  ...suspending,
  ...streams,
  ...schemas,
  ...options,
  ...errors,
  ...values,
  ...components,
  ...classifiers,
  ...processors,
];
