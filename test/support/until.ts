/** Less than what a test may take, so that what it waited for is told; no run needs as long on any machine. */
const PATIENCE = 120_000;

/**
 * Waits until what is read is there and not false, or is as `isIt` says, and gives it. Vitest's `expect.poll` is for one test at a
 * time.
 */
export async function until<T>(
  read: () => T | Promise<T>,
  isIt: (value: T) => boolean = Boolean,
  patience = PATIENCE,
): Promise<NonNullable<T>> {
  // Not by the date, which some tests hold still.
  for (const end = performance.now() + patience; ;) {
    const value = await read();
    if (isIt(value)) return value as NonNullable<T>;
    if (performance.now() > end)
      throw new Error(`It never was so: ${String(read)}, ${String(isIt)}, but ${JSON.stringify(value)}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
