import { StepLines, afterStart, indent, rendered } from '../../src/local/cli/step-lines.js';
import { paint } from '../../src/local/cli/terminal.js';
import type { RunEvent } from './realtime.js';

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
    if (line) this.#inRun(rendered(line));
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
    write(afterStart(performance.now() - (this.#runStartedAt ?? performance.now()), line));
  }
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
