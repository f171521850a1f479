import type { Difference } from './compare';
import { KNOWN_DIFFERENCES } from './known-differences';

/** The differences that no entry of the list explains, and the entries' paths that explain none. */
export function unexplained(name: string, found: readonly Difference[]): { left: Difference[]; unused: string[] } {
  const paths = KNOWN_DIFFERENCES.filter(known => known.case === name).flatMap(known => known.paths);
  const left = found.filter(({ path }) => !paths.some(pattern => matches(pattern, path)));
  const unused = paths.filter(pattern => !found.some(({ path }) => matches(pattern, path)));
  return { left, unused };
}

function matches(pattern: string, path: string): boolean {
  const expression = pattern.replace(/[.[\]()|+?^$<>\\]/g, '\\$&').replaceAll('*', '[^.[\\]]*');
  return new RegExp(`^${expression}($|[.[])`).test(path);
}
