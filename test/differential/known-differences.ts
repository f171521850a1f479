/**
 * Where our result differs from the default engine's on purpose: each by name with its reason. One that no longer occurs
 * fails the tests, too.
 */
import type { Plain } from './normalise';

export interface KnownDifference {
  /** Name of the case; with a `*` for a difference of many. */
  case: string;
  /** Paths of the differences, as the failing test prints them; `*` stands for one name or index, `**` for any number. */
  paths: string[];
  /** Where only this value of ours is explained. */
  inngest?: Plain;
  reason: string;
}

const NESTED_RUN_ID =
  "A nested run is stored under an id of its own here, named where Mastra's Studio looks for it. Core stores it under its " +
  "parent's id, so a second turn of a loop overwrites the stored run of the first. User code is given the parent's id in both.";

const SHARED_INPUT =
  'In core all steps share the same objects, so a step that changes its input changes what an earlier step is said to ' +
  'have returned. What a step returned is stored here and stays.';

const SHARED_LIST =
  'In core all processors of a run work on one message list, so what a later one does to it shows in what earlier steps ' +
  'are said to have got and returned. What a step got and returned is stored here and stays.';

const UNFINISHED =
  'Core leaves the stored run as it was when code outside any step threw, so it looks unfinished for ever, with its last ' +
  'step still running. Here it has failed, with its error and with what its steps returned (I6).';

const LEAKED_RESUME =
  "Core keeps one result for all items of a foreach while they run, so an item's result shows the payload or the resume data " +
  'of another one. Here each item has what is its own.';

const LEAKED_SUSPEND =
  'In core an item of a foreach that begins in a later leg, beside one that goes on, is given what that one said when it was ' +
  'suspended. Here it is given nothing, as in core where it begins alone.';

const OWN_STATE =
  "In core a nested workflow sees at once what others write to its parent's state while it runs. Here it has the state as it was " +
  'when it began (docs/operations.md).';

const KEPT_WRITE =
  'A step that copied the state before another one wrote, and gives the copy back with a change of its own, undoes that write in ' +
  'core; where it copies afterwards, it does not. Here the two cannot be told apart, and what it gives back unchanged is not ' +
  'taken for a write, so none is lost.';

export const KNOWN_DIFFERENCES: KnownDifference[] = [
  {
    case: '*',
    paths: ['**.suspendPayload.__workflow_meta.runId'],
    inngest: '<id>',
    reason: NESTED_RUN_ID,
  },
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
    reason: SHARED_INPUT,
  },
  {
    case: 'processor-*',
    paths: [
      'start.result.steps.*.payload',
      'start.result.steps.*.output.messageList',
      'start.result.steps.*.output[*].messageList',
      'snapshot.context.*.payload.messageList',
      'snapshot.context.*.output.messageList',
      'snapshot.context.*.output[*].messageList',
      'snapshot.context.*.payload[*].messageList',
      'events.*[1].payload.payload.messageList',
    ],
    reason: SHARED_LIST,
  },
  {
    case: 'processor-chain',
    paths: [
      'start.result.steps.processor:counts.output.systemMessages',
      'snapshot.context.processor:counts.output.systemMessages',
    ],
    reason: SHARED_LIST,
  },
  {
    case: 'processor-in-loop',
    paths: ['snapshot.result.messageList.lastCreatedAt'],
    reason:
      'A list that was stored between two turns no longer knows when a message was made that it does not hold any more.',
  },
  {
    case: 'processor-without-a-list-unvalidated',
    paths: [
      'start.result.steps.input.messages',
      'start.result.input.messages',
      'snapshot.context.input.messages',
    ],
    reason: SHARED_INPUT,
  },
  {
    case: 'context-actor-in-parallel',
    paths: [
      'start.result.steps.one.output',
      'start.result.result.one',
      'snapshot.context.one.output',
      'snapshot.result.one',
      'events.one[1].payload.output',
    ],
    reason: "Core's executeEntry does not pass `actor` on to the steps of a parallel.",
  },
  {
    case: 'on-start-throws',
    paths: ['snapshot.status', 'snapshot.context.input', 'snapshot.error', 'snapshot.requestContext'],
    reason: 'Core leaves a run that onStart refused "pending" for ever; here no run stays unfinished (I6).',
  },
  {
    case: 'error-unstorable-field',
    paths: [
      'start.result.steps.one.error.<Error>.fn',
      'start.result.error.fn',
      'snapshot.context.one.error.fn',
      'snapshot.error.fn',
      'events.one[1].payload.error.fn',
    ],
    inngest: '[left out: a function]',
    reason: 'A function as a field of an error can not be stored: a text says so, where JSON is silent.',
  },
  {
    case: 'value-class',
    paths: [
      'start.result.steps.makes.output.it',
      'start.result.steps.makes.output.list[0]',
      'start.result.steps.looks.output.it',
      'start.result.result.it',
    ],
    reason: 'An instance of a class is stored as its fields: JSON knows no classes (docs/values.md).',
  },
  {
    case: 'value-class-with-to-json',
    paths: [
      'start.result.steps.makes.output.it',
      'start.result.steps.makes.output.list[0]',
      'start.result.steps.looks.output',
      'start.result.result',
      'snapshot.context.looks.output.type',
      'snapshot.result.type',
      'events.looks[1].payload.output.type',
    ],
    reason:
      'A class that says how it becomes JSON is taken at its word, as a database does (docs/values.md).',
  },
  {
    case: 'loop-condition-throws',
    paths: [
      'snapshot.status',
      'snapshot.error',
      'snapshot.context.turn.status',
      'snapshot.context.turn.endedAt',
      'snapshot.context.turn.output',
    ],
    reason: UNFINISHED,
  },
  {
    case: 'loop-condition-throws-in-turn-two',
    paths: [
      'snapshot.status',
      'snapshot.error',
      'snapshot.context.turn.status',
      'snapshot.context.turn.endedAt',
      'snapshot.context.turn.output',
    ],
    reason: UNFINISHED,
  },
  {
    case: 'loop-nested-condition-throws',
    paths: [
      'snapshot.status',
      'snapshot.error',
      'snapshot.context.loop-nested-condition-throws-body.status',
      'snapshot.context.loop-nested-condition-throws-body.endedAt',
      'snapshot.context.loop-nested-condition-throws-body.output',
    ],
    reason: UNFINISHED,
  },
  {
    case: 'sleep-function-throws',
    paths: ['snapshot.status', 'snapshot.error'],
    reason: UNFINISHED,
  },
  {
    case: 'sleep-until-function-throws',
    paths: ['snapshot.status', 'snapshot.error'],
    reason: UNFINISHED,
  },
  {
    case: 'foreach-concurrency-throws',
    paths: [
      'snapshot.status',
      'snapshot.error',
      'snapshot.context.input',
      'snapshot.activePaths',
      'snapshot.stepExecutionPath',
      'snapshot.requestContext',
    ],
    reason: UNFINISHED,
  },
  {
    case: 'run-persists-suspended-only',
    paths: ['snapshot.status'],
    reason:
      "Core's resume asks the workflow's option before it stores `running`, and not the run's own, which says to store nothing.",
  },
  {
    case: 'values-key-order',
    paths: [
      'start.result.steps.looks.output',
      'start.result.result',
      'snapshot.context.looks.output',
      'snapshot.result',
      'events.looks[1].payload.output',
    ],
    reason: 'The Inngest server sorts the keys of all JSON, so steps see sorted keys from the first pass on.',
  },
  {
    case: 'resume-values',
    paths: [
      'legs[0].outcome.result.steps.made.output',
      'legs[0].outcome.result.steps.one.output',
      'legs[0].outcome.result.steps.later.output',
      'legs[0].outcome.result.result',
    ],
    reason:
      'Core goes on with the JSON that its store gave back; here a resumed step sees the values that were stored, with their ' +
      'types (docs/values.md).',
  },
  {
    case: 'resume-foreach-sequential',
    paths: [
      'legs[0].outcome.result.steps.each.suspendPayload.__workflow_meta.foreachOutput[1].resumePayload',
      'legs[0].outcome.result.steps.each.suspendPayload.__workflow_meta.foreachOutput[1].resumedAt',
      'legs[1].outcome.result.steps.each.suspendPayload.__workflow_meta.foreachOutput[2].resumePayload',
      'legs[1].outcome.result.steps.each.suspendPayload.__workflow_meta.foreachOutput[2].resumedAt',
    ],
    reason: LEAKED_RESUME,
  },
  {
    case: 'resume-nested-foreach',
    paths: [
      'legs[0].outcome.result.steps.resume-nested-foreach-item.suspendPayload.__workflow_meta.foreachOutput[0].payload',
      'legs[0].outcome.result.steps.resume-nested-foreach-item.suspendPayload.__workflow_meta.foreachOutput[1].resumePayload',
      'legs[0].outcome.result.steps.resume-nested-foreach-item.suspendPayload.__workflow_meta.foreachOutput[1].resumedAt',
    ],
    reason: LEAKED_RESUME,
  },
  {
    case: 'pool-*',
    paths: [
      'legs[*].outcome.result.steps.*.suspendPayload.__workflow_meta.foreachOutput[*].resumePayload',
      'legs[*].outcome.result.steps.*.suspendPayload.__workflow_meta.foreachOutput[*].resumedAt',
    ],
    reason: LEAKED_RESUME,
  },
  {
    case: 'pool-of-nested',
    paths: [
      'legs[0].outcome.result.steps.pool-of-nested-item.suspendPayload.__workflow_meta.foreachOutput[0].payload',
    ],
    reason: LEAKED_RESUME,
  },
  {
    case: 'pool-*',
    paths: ['executions.each[*].suspendData', 'executions.each[*].names'],
    reason: LEAKED_SUSPEND,
  },
  {
    case: 'shared-state-step-then-nested-that-begins-later',
    paths: ['executions.idle[0].state.list'],
    reason: OWN_STATE,
  },
  {
    case: 'shared-state-step-then-nested-that-writes',
    paths: ['executions.other[0].state.list'],
    reason: OWN_STATE,
  },
  {
    case: 'shared-state-step-then-step-that-writes',
    paths: [
      'start.result.steps.shows.output.list',
      'start.result.result.list',
      'start.result.state.list',
      'snapshot.context.shows.output.list',
      'snapshot.value.list',
      'snapshot.result.list',
      'events.shows[1].payload.output.list',
      'executions.shows[0].state.list',
    ],
    reason: KEPT_WRITE,
  },
  {
    case: 'context-actor-in-parallel',
    paths: ['executions.one[0].actor'],
    reason: "Core's executeEntry does not pass `actor` on to the steps of a parallel.",
  },
  {
    case: 'resume-values',
    paths: ['executions.one[1]', 'executions.later[0]'],
    reason: 'What is given is what was stored, as above.',
  },
  {
    case: 'value-class',
    paths: ['executions.looks[0].inputData.it', 'executions.looks[0].inputData.list[0]'],
    reason: 'As above.',
  },
  {
    case: 'value-class-with-to-json',
    paths: ['executions.looks[0].inputData.it', 'executions.looks[0].inputData.list[0]'],
    reason: 'As above.',
  },
  {
    case: 'value-bigint64array',
    paths: [
      'start.result',
      'snapshot',
      'events.makes[1].payload',
      'events.looks',
      'calls.looks',
      'executions.looks',
    ],
    reason:
      'A 64-bit integer array has no JSON, so no database could store the run; it is refused with its path (docs/values.md).',
  },
];
