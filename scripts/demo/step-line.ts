import type { RunEvent } from './realtime.js';

/** What one event of a run looks like before it is coloured. */
export interface StepLine {
  mark: '▶' | '✓' | '✗' | '■';
  /** How many workflows around it: a nested workflow's steps are indented. */
  depth: number;
  text: string;
  detail: string;
}

/** Turns a run's events into lines. It remembers which steps are open, since those are what others are nested in. */
export class StepLines {
  readonly #open = new Set<string>();

  get depth(): number {
    return this.#open.size;
  }

  of({ type, payload }: RunEvent): StepLine | undefined {
    if (type === 'workflow-finish')
      return { mark: '■', depth: 0, text: 'the workflow is finished', detail: '' };
    const id = payload['id'];
    if (typeof id !== 'string') return undefined;
    if (type === 'workflow-step-start') return this.#start(id, payload);
    return type === 'workflow-step-result' ? this.#result(id, payload) : undefined;
  }

  #start(id: string, payload: RunEvent['payload']): StepLine {
    const line: StepLine = { mark: '▶', ...this.#place(id), detail: json(payload['payload']) };
    this.#open.add(id);
    return line;
  }

  #result(id: string, payload: RunEvent['payload']): StepLine {
    this.#open.delete(id);
    const succeeded = payload['status'] === 'success';
    const detail = json(succeeded ? payload['output'] : (payload['error'] ?? payload['status']));
    return { mark: succeeded ? '✓' : '✗', ...this.#place(id), detail };
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
