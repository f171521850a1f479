import { messageOf } from '../errors';
import type { Checks } from '../flow/checks';
import { checkSchedule } from '../flow/schedule';
import type { JsonObject } from '../json';
import { canonical, text } from '../json';
import type { Trigger } from './types';

const most = 10;

function parseTrigger(raw: JsonObject, checks: Checks): Trigger {
  const trigger: Trigger = {};
  const event = text(raw, 'event');
  const condition = text(raw, 'expression');
  const cron = text(raw, 'cron');
  const jitter = text(raw, 'jitter');
  if (event) trigger.event = event;
  if (condition) trigger.expression = checks.compiled(condition).source;
  if (cron) trigger.cron = cron;
  if (jitter !== undefined) trigger.jitter = jitter;
  if (!event && !cron) throw checks.refuse('A trigger must supply an event name or a cron schedule');
  if (event && cron) throw checks.refuse('A trigger cannot have both an event and a cron trigger');
  try {
    checkSchedule(trigger);
  } catch (problem) {
    throw checks.refuse(messageOf(problem));
  }
  return trigger;
}

/** Reads what starts a function, checked as on the real server. */
export function parseTriggers(given: JsonObject[], checks: Checks): Trigger[] {
  if (given.length > most) throw checks.refuse(`This function exceeds the max number of triggers: ${most}`);
  const triggers = given.map(raw => parseTrigger(raw, checks));
  // Two schedules that differ in their jitter only are the same.
  const names = triggers.map(trigger => trigger.cron ?? canonical({ ...trigger }));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw checks.refuse(`duplicate trigger ${twice}`);
  return triggers;
}
