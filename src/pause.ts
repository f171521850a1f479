import { unref } from './unref';

/** A pause that can be ended early. Whoever holds it takes one at a time. */
export class Pause {
  private wake = () => {};

  /**
   * Resolves after `milliseconds`, or as soon as `end` is called.
   * @param keepsAlive false lets the process end meanwhile
   */
  async take(milliseconds: number, { keepsAlive = true } = {}): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      if (!keepsAlive) unref(timer);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the pause that is being taken, if any. */
  end(): void {
    this.wake();
  }
}
