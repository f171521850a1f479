import { printable, paint } from './terminal';

/** A message on a run's channel, as far as it is shown. */
export interface RunMessage {
  type: string;
  payload: Record<string, unknown>;
}

/** What one event of a run looks like before it is coloured. */
export interface StepLine {
  mark: '▶' | '✓' | '✗' | '‖' | '■';
  /** How many workflows around it: a nested workflow's steps are indented. */
  depth: number;
  text: string;
  detail: string;
}

const MARK_COLOURS = { '▶': 'cyan', '✓': 'green', '✗': 'red', '‖': 'yellow', '■': 'cyan' } as const;
const NAME_WIDTH = 20;

/** Turns a run's events into lines. It remembers which steps are open, since those are what others are nested in. */
export class StepLines {
  readonly #open = new Set<string>();

  get depth(): number {
    return this.#open.size;
  }

  of({ type, payload }: RunMessage): StepLine | undefined {
    if (type === 'workflow-finish') return this.#end(payload['workflowStatus']);
    const id = payload['id'];
    if (typeof id !== 'string') return undefined;
    if (type === 'workflow-step-start') return this.#start(id, payload);
    if (type === 'workflow-step-suspended')
      return this.#close(id, '‖', `suspended ${json(payload['suspendPayload'])}`);
    return type === 'workflow-step-result' ? this.#result(id, payload) : undefined;
  }

  #end(status: unknown): StepLine {
    this.#open.clear();
    const how = typeof status === 'string' && status !== 'success' ? status : 'finished';
    return { mark: '■', depth: 0, text: `the workflow is ${how}`, detail: '' };
  }

  #start(id: string, payload: RunMessage['payload']): StepLine {
    const line: StepLine = { mark: '▶', ...this.#place(id), detail: json(payload['payload']) };
    this.#open.add(id);
    return line;
  }

  #result(id: string, payload: RunMessage['payload']): StepLine {
    const succeeded = payload['status'] === 'success';
    const detail = json(succeeded ? payload['output'] : (payload['error'] ?? payload['status']));
    return this.#close(id, succeeded ? '✓' : '✗', detail);
  }

  #close(id: string, mark: StepLine['mark'], detail: string): StepLine {
    this.#open.delete(id);
    return { mark, ...this.#place(id), detail };
  }

  /** `outer.inner` inside the open step `outer` is shown as `inner`, one level deeper. */
  #place(id: string): { depth: number; text: string } {
    const around = [...this.#open]
      .filter(open => id.startsWith(`${open}.`))
      .sort((a, b) => b.length - a.length);
    const innermost = around[0];
    return { depth: around.length, text: innermost ? id.slice(innermost.length + 1) : id };
  }
}

const json = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));

/** The bars of the workflows around a line. */
export const indent = (depth: number): string => paint('dim', '│ '.repeat(depth));

/** A line as the terminal shows it. */
export function rendered({ mark, depth, text, detail }: StepLine): string {
  const name = printable(text).padEnd(NAME_WIDTH - 2 * depth);
  return `${indent(depth)}${paint(MARK_COLOURS[mark], mark)} ${name} ${paint('dim', printable(detail))}`;
}

/** `+0.09 s`, before what is shown. */
export function afterStart(milliseconds: number, line: string): string {
  return `  ${paint('dim', `+${(milliseconds / 1000).toFixed(2)} s`)}  ${line.trimEnd()}`;
}
