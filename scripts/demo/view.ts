import { styleText } from 'node:util';
import type { RunEvent } from './realtime.js';

type Format = Parameters<typeof styleText>[0];

/** Everything the demo says. Colours only where the terminal shows them (styleText looks at the stream). */
export class View {
  readonly #write: (line: string) => void;
  #runStartedAt: number | undefined;

  constructor(write = (line: string) => void process.stdout.write(`${line}\n`)) {
    this.#write = write;
  }

  title(text: string): void {
    this.#write(`\n${paint('bold', text)}\n`);
  }

  done(what: string, detail: string): void {
    this.#write(`  ${paint('green', '✓')} ${what.padEnd(15)} ${paint('dim', detail)}`);
  }

  runBegins(): void {
    this.#runStartedAt = performance.now();
    this.#write('');
  }

  event({ type, payload }: RunEvent): void {
    const line = describe(type, payload);
    if (line) this.#inRun(line);
  }

  log(level: string, line: string): void {
    if (this.#runStartedAt === undefined && level === 'info') return;
    this.#inRun(`  ${paint(level === 'info' ? 'dim' : 'yellow', `│ ${line}`)}`);
  }

  result(value: unknown): void {
    this.#write(`\n${paint('bold', 'Result')}\n${JSON.stringify(value, null, 2)}\n`);
  }

  note(text: string): void {
    this.#write(text);
  }

  #inRun(line: string): void {
    const seconds = (performance.now() - (this.#runStartedAt ?? performance.now())) / 1000;
    this.#write(`  ${paint('dim', `+${seconds.toFixed(2)} s`)}  ${line}`);
  }
}

function describe(type: string, payload: Record<string, unknown>): string | undefined {
  const id = (typeof payload['id'] === 'string' ? payload['id'] : '').padEnd(16);
  switch (type) {
    case 'workflow-start':
      return paint('cyan', '● the workflow starts');
    case 'workflow-step-start':
      return `${paint('cyan', '▶')} ${id} ${json(payload['payload'])}`;
    case 'workflow-step-result':
      return payload['status'] === 'success'
        ? `${paint('green', '✓')} ${id} ${json(payload['output'])}`
        : `${paint('red', '✗')} ${id} ${json(payload['error'] ?? payload['status'])}`;
    case 'workflow-finish':
      return paint('cyan', '■ the workflow is finished');
    default:
      return undefined;
  }
}

const json = (value: unknown): string => (value === undefined ? '' : paint('dim', JSON.stringify(value)));

function paint(format: Format, text: string): string {
  return styleText(format, text, { stream: process.stdout });
}
