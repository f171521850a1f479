import { MastraLogger } from '@mastra/core/logger';

/** Hands the app's log lines to the demo's view, so that they appear in place among the run's events. */
export class AppLogger extends MastraLogger {
  readonly #show: (level: string, line: string) => void;

  constructor(show: (level: string, line: string) => void) {
    super({ name: 'Mastra', level: 'info' });
    this.#show = show;
  }

  debug(): void {}

  info(message: string): void {
    this.#show('info', message);
  }

  warn(message: string): void {
    this.#show('warn', message);
  }

  error(message: string): void {
    this.#show('error', message);
  }
}
