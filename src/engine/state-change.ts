import { sameValue } from '../wire/encode';

type State = Record<string, unknown>;

/**
 * What became of a state, key by key; undefined where nothing did. Whatever else happened to the state meanwhile stays: what a
 * step gives back beside its changes is the state as it was when the step began. Keys are never removed, as in core.
 */
export function stateChange(before: State, after: State): State | undefined {
  const changed = Object.entries(after).filter(
    ([key, value]) => !Object.hasOwn(before, key) || !sameValue(before[key], value),
  );
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}
