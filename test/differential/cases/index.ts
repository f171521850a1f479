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
import { resuming } from './resuming';
import { resumingBlocks } from './resuming-blocks';
import { resumingNested } from './resuming-nested';
import { processors } from './processors';
import { processorsTogether } from './processors-together';
import { schemas } from './schemas';
import { sequence } from './sequence';
import { sleeping } from './sleeping';
import { streams } from './streams';
import { suspending } from './suspending';
import { travelling } from './travelling';
import { sharingState } from './sharing-state';
import { pools } from './pools';
import { values } from './values';

const all: Case[] = [
  ...sequence,
  ...mapping,
  ...parallel,
  ...branching,
  ...loops,
  ...each,
  ...sleeping,
  ...nesting,
  ...context,
  ...sharingState,
  ...pools,
  ...suspending,
  ...resuming,
  ...resumingBlocks,
  ...resumingNested,
  ...travelling,
  ...streams,
  ...schemas,
  ...options,
  ...errors,
  ...values,
  ...components,
  ...classifiers,
  ...processors,
  ...processorsTogether,
];

/** `CASES=resume` runs only those whose name fits the expression, while one works on them. */
const wanted = new RegExp(process.env.CASES ?? '');

export const CASES = all.filter(one => wanted.test(one.name));
