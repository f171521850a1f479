import type { LocalServerError } from '../errors';
import type { Core } from '../executor/core';
import type { App } from '../state/types';

/** Which apps answer and register, told to the observer once for each change. */
export class AppHealth {
  /** The codes of the failures of an URL that have been told. */
  readonly #failing = new Map<string, Set<string>>();
  readonly #known = new Set<string>();

  constructor(private readonly core: Core) {}

  failed(url: string, { code, message }: LocalServerError): void {
    const told = this.#failing.get(url) ?? new Set();
    if (told.has(code)) return;
    this.#failing.set(url, told.add(code));
    this.core.tell({ type: 'app.failed', at: this.core.clock.now(), url, code, message });
  }

  /** The app at this URL answered, and has registered. */
  ok(url: string): void {
    const failed = this.#failing.delete(url);
    // Of the first time it is told that the app has registered.
    if (failed && this.#known.has(url)) this.core.tell({ type: 'app.back', at: this.core.clock.now(), url });
    this.#known.add(url);
  }

  registered(app: App, modified: boolean): void {
    if (!modified) return this.ok(app.url);
    this.#failing.delete(app.url);
    this.#known.add(app.url);
    this.core.tell({
      type: 'app.synced',
      at: this.core.clock.now(),
      app: app.name,
      url: app.url,
      sdk: app.sdk,
      framework: app.framework,
      functions: app.functions.map(({ slug }) => slug),
    });
  }
}
