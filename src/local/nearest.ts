/** How many letters must be added, dropped or changed to make one text of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, changed));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Longer names are no typing errors, and comparing them takes time. */
const longest = 200;

/** The name that was probably meant: the closest, if no more than a third of it is different. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: { name: string; far: number } | undefined;
  if (name.length > longest) return undefined;
  for (const candidate of names) {
    if (candidate.length > longest) continue;
    const far = distance(name.toLowerCase(), candidate.toLowerCase());
    if (far <= Math.ceil(candidate.length / 3) && far < (best?.far ?? Number.POSITIVE_INFINITY))
      best = { name: candidate, far };
  }
  return best?.name;
}
