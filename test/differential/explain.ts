import type { Difference } from './compare';
import { KNOWN_DIFFERENCES, type KnownDifference } from './known-differences';

/** The differences that no entry of the list explains, and the entries of this case that explain none. */
export function unexplained(
  name: string,
  found: readonly Difference[],
): { left: Difference[]; unused: string[] } {
  const known = KNOWN_DIFFERENCES.filter(entry => matches(entry.case, name));
  const left = found.filter(difference => !known.some(entry => explains(entry, difference)));
  const unused = known
    .filter(entry => entry.case === name)
    .flatMap(entry => entry.paths.filter(path => !found.some(({ path: at }) => matches(path, at))));
  return { left, unused };
}

/** The entries for many cases that explain nothing in any of them. */
export function neverUsed(found: readonly Difference[]): string[] {
  return KNOWN_DIFFERENCES.filter(
    entry => entry.case.includes('*') && !found.some(difference => explains(entry, difference)),
  ).map(entry => entry.reason);
}

function explains(known: KnownDifference, { path, inngest }: Difference): boolean {
  if (known.inngest !== undefined && JSON.stringify(known.inngest) !== JSON.stringify(inngest)) return false;
  return known.paths.some(pattern => matches(pattern, path));
}

function matches(pattern: string, path: string): boolean {
  const expression = pattern
    .replace(/[.[\]()|+?^$<>\\]/g, '\\$&')
    .replace(/\*+/g, stars => (stars === '**' ? '.*' : '[^.[\\]]*'));
  return new RegExp(`^${expression}($|[.[])`).test(path);
}
