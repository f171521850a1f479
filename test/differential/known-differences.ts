/**
 * Where our result differs from the default engine's on purpose: each by name with its reason. One that no longer occurs
 * fails the tests, too.
 */
import type { Plain } from './normalise';

export interface KnownDifference {
  /** Name of the case; `*` for a difference of many. */
  case: string;
  /** Paths of the differences, as the failing test prints them; `*` stands for one name or index. */
  paths: string[];
  /** Where only this value of ours is explained. */
  inngest?: Plain;
  reason: string;
}

const NESTED_RUN_ID =
  "A nested run has a run id of its own here, stored where Mastra's Studio looks for it. Core's nested runs share their " +
  "parent's id, so a second turn of a loop overwrites the stored run of the first.";

export const KNOWN_DIFFERENCES: KnownDifference[] = [
  {
    case: '*',
    paths: ['snapshot.context.*.metadata'],
    inngest: { nestedRunId: '<id>' },
    reason: NESTED_RUN_ID,
  },
  {
    case: '*',
    paths: ['snapshot.context.*.metadata.nestedRunId'],
    inngest: '<id>',
    reason: NESTED_RUN_ID,
  },
  {
    case: 'then-changes-its-input',
    paths: [
      'start.result.steps.one.output.list',
      'start.result.steps.two.payload',
      'start.result.steps.three.output.one.list',
      'start.result.result.one.list',
      'snapshot.context.one.output.list',
      'snapshot.context.three.output.one.list',
      'snapshot.result.one.list',
      'events.three[1].payload.output.one.list',
    ],
    reason:
      'In core all steps share the same objects, so a step that changes its input changes what an earlier step is said to ' +
      'have returned. What a step returned is stored here and stays.',
  },
];
