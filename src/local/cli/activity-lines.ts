import { internalPrefix } from '../state/events';
import type { ActivityError, EventReceived, RunEnded, ServerActivity, StepEnded } from '../server-activity';
import { shownOutput } from '../shown-output';
import { duration, paint, printable, short } from './terminal';

const outcomes: Record<string, string> = {
  started: '',
  limited: ' (over its rate limit, not started)',
  dropped: ' (not started: its id or its singleton has a run already)',
  held: ' (held back: debounce or batch)',
};

const marks = {
  '▶': 'cyan',
  '✓': 'green',
  '✗': 'red',
  '↻': 'yellow',
  '‖': 'yellow',
  '!': 'yellow',
  '·': 'dim',
} as const;

type Mark = keyof typeof marks;

function line(at: number, mark: Mark, kind: string, text: string): string {
  const time = new Date(at).toTimeString().slice(0, 8);
  return `${paint('dim', time)} ${paint(marks[mark], mark)} ${kind.padEnd(5)} ${text}`.trimEnd();
}

/** A run's function, and the end of its id, by which its lines are found again. */
const inRun = (activity: { function: string; runId: string }): string =>
  `${printable(activity.function)} ${paint('dim', `#${activity.runId.slice(-6)}`)}`;

const because = ({ name, message }: ActivityError): string => short(`${name}: ${message}`);

function eventLine(activity: EventReceived): string | undefined {
  const { at, name, invokes, starts, resumed, cancelled, nearest } = activity;
  const what = invokes === undefined ? printable(name) : `invoke ${printable(invokes)}`;
  const effects = [
    ...starts.map(start => `${printable(start.function)}${outcomes[start.came]}`),
    ...(resumed > 0 ? [`ends ${resumed} wait${resumed > 1 ? 's' : ''}`] : []),
    ...(cancelled > 0 ? [`cancels ${cancelled} run${cancelled > 1 ? 's' : ''}`] : []),
  ];
  // An end of a run and an invocation have lines of their own.
  const own = name.startsWith(internalPrefix) && (invokes === undefined || effects.length > 0);
  if (own && starts.every(({ came }) => came === 'started')) return undefined;
  if (effects.length > 0) return line(at, '·', 'event', `${what} → ${effects.join(', ')}`);
  const meant = nearest === undefined ? '' : ` Did you mean ${printable(nearest)}?`;
  const nobody = invokes === undefined ? 'no function takes it.' : 'there is no such function.';
  return line(at, '!', 'event', `${what}: ${nobody}${meant}`);
}

const times = (attempts: number): string => (attempts > 1 ? `, attempt ${attempts}` : '');

function stepLine(activity: StepEnded): string {
  const { at, step, status, attempts, milliseconds, output, error } = activity;
  const took = `${duration(milliseconds)}${times(attempts)}`;
  const value = error ? because(error) : short(shownOutput(output));
  const mark = status === 'Completed' ? '✓' : '✗';
  return line(at, mark, 'step', `${inRun(activity)} ${printable(step)}  ${took}  ${paint('dim', value)}`);
}

function endLine(activity: RunEnded): string {
  const { at, status, milliseconds, output, error } = activity;
  const value = error ? because(error) : short(shownOutput(output));
  const how = `${status.toLowerCase()} after ${duration(milliseconds)}`;
  const mark = status === 'Completed' ? '✓' : '✗';
  return line(at, mark, 'run', `${inRun(activity)} ${how}  ${paint('dim', value)}`);
}

/** One line for what happened, unless another line says it. */
export function activityLine(activity: ServerActivity, now = activity.at): string | undefined {
  const again = (retryAt: number): string => `again in ${duration(Math.max(retryAt - now, 0))}`;
  switch (activity.type) {
    case 'app.synced': {
      const { at, app, functions, sdk, url } = activity;
      const text = `${app}: ${functions.length} function${functions.length === 1 ? '' : 's'}, ${sdk}, ${url}`;
      return line(at, '✓', 'app', printable(text));
    }
    case 'app.failed':
      return line(activity.at, '✗', 'app', printable(activity.message));
    case 'app.back':
      return line(activity.at, '✓', 'app', `${printable(activity.url)} answers again`);
    case 'event.received':
      return eventLine(activity);
    case 'run.started':
      return line(activity.at, '▶', 'run', `${inRun(activity)} started`);
    case 'run.retried': {
      const { at, attempt, attempts, error, retryAt } = activity;
      const text = `attempt ${attempt} of ${attempts} failed, ${again(retryAt)}`;
      return line(at, '↻', 'run', `${inRun(activity)} ${text}  ${paint('dim', because(error))}`);
    }
    case 'step.retried': {
      const { at, step, attempt, attempts, error, retryAt } = activity;
      const text = `${printable(step)}  attempt ${attempt} of ${attempts} failed, ${again(retryAt)}`;
      return line(at, '↻', 'step', `${inRun(activity)} ${text}  ${paint('dim', because(error))}`);
    }
    case 'step.waiting':
      return line(
        activity.at,
        '‖',
        'step',
        `${inRun(activity)} ${printable(activity.step)}  ${waits[activity.op] ?? 'waits'}`,
      );
    case 'step.ended':
      return stepLine(activity);
    case 'run.ended':
      return endLine(activity);
  }
}

const waits: Record<string, string> = {
  Sleep: 'sleeps',
  WaitForEvent: 'waits for an event',
  WaitForSignal: 'waits for a signal',
  InvokeFunction: 'waits for the function that it invoked',
};
