/** Lets a process end though a timer still runs. Where timers are plain numbers (Workers), none keeps anything alive. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
