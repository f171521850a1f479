import { nameMatches } from './events';
import type { App, FunctionConfig, Trigger } from './types';

/** A trigger that an event fired. */
export interface TriggerMatch {
  fn: FunctionConfig;
  trigger: Trigger;
}

/** The apps that registered, and what their functions listen to. */
export class Registry {
  readonly apps = new Map<string, App>();
  readonly #bySlug = new Map<string, FunctionConfig>();
  readonly #byUuid = new Map<string, FunctionConfig>();
  /** How often an app has registered, changed or not. */
  registrations = 0;
  #onChange: () => void = () => {};

  /** Sets what follows the registered functions. */
  onChange(follow: () => void): void {
    this.#onChange = follow;
  }

  /**
   * Replaces what the app had registered; functions it no longer names are gone.
   * @returns whether anything changed
   */
  register(app: App): boolean {
    const before = this.apps.get(app.name);
    const modified = before?.checksum !== app.checksum;
    if (modified) {
      for (const fn of before?.functions ?? []) {
        this.#bySlug.delete(fn.slug);
        this.#byUuid.delete(fn.uuid);
      }
      for (const fn of app.functions) {
        this.#bySlug.set(fn.slug, fn);
        this.#byUuid.set(fn.uuid, fn);
      }
      this.apps.set(app.name, app);
    }
    this.registrations += 1;
    if (modified) this.#onChange();
    return modified;
  }

  get functions(): FunctionConfig[] {
    return [...this.#bySlug.values()];
  }

  find(slugOrUuid: string): FunctionConfig | undefined {
    return this.#bySlug.get(slugOrUuid) ?? this.#byUuid.get(slugOrUuid);
  }

  /** Every trigger that names this event; expressions are not looked at. */
  triggeredBy(name: string): TriggerMatch[] {
    return this.functions.flatMap(fn =>
      fn.triggers
        .filter(trigger => trigger.event !== undefined && nameMatches(trigger.event, name))
        .map(trigger => ({ fn, trigger })),
    );
  }
}
