/** Asks again until there is an answer; fails when time is up. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Time is up: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}
