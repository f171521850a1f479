import { styleText } from 'node:util';
import type { RunEvent } from './realtime.js';
import { StepLines, type StepLine } from './step-line.js';

type Format = Parameters<typeof styleText>[0];

const MARK_COLOURS: Record<StepLine['mark'], Format> = {
  '▶': 'cyan',
  '✓': 'green',
  '✗': 'red',
  '■': 'cyan',
};
const NAME_WIDTH = 20;

/** Everything the demo says. Colours only where the terminal shows them (styleText looks at the stream). */
export class View {
  readonly #steps = new StepLines();
  #runStartedAt: number | undefined;

  title(text: string): void {
    write(`\n${paint('bold', text)}\n`);
  }

  done(what: string, detail: string): void {
    write(`  ${paint('green', '✓')} ${what.padEnd(15)} ${paint('dim', detail)}`);
  }

  runBegins(): void {
    this.#runStartedAt = performance.now();
    write('');
  }

  event(event: RunEvent): void {
    const line = this.#steps.of(event);
    if (!line) return;
    const { mark, depth, text, detail } = line;
    const name = text.padEnd(NAME_WIDTH - 2 * depth);
    this.#inRun(`${indent(depth)}${paint(MARK_COLOURS[mark], mark)} ${name} ${paint('dim', detail)}`);
  }

  /** A line of the app's log. What it says while it starts is not shown, unless something is wrong. */
  log(level: string, line: string): void {
    if (this.#runStartedAt === undefined && level === 'info') return;
    this.#inRun(`${indent(this.#steps.depth)}${paint(level === 'info' ? 'dim' : 'yellow', `· ${line}`)}`);
  }

  result(value: unknown): void {
    write(`\n${paint('bold', 'Result')}\n${JSON.stringify(value, null, 2)}\n`);
  }

  note(text: string): void {
    write(text);
  }

  #inRun(line: string): void {
    const seconds = (performance.now() - (this.#runStartedAt ?? performance.now())) / 1000;
    write(`  ${paint('dim', `+${seconds.toFixed(2)} s`)}  ${line.trimEnd()}`);
  }
}

const indent = (depth: number): string => paint('dim', '│ '.repeat(depth));

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

function paint(format: Format, text: string): string {
  return text === '' ? '' : styleText(format, text, { stream: process.stdout });
}
