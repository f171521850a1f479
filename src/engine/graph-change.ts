/**
 * What becomes of a stored run under a graph that is not the one it began with. Pure, and the only place that says so: the
 * execution asks it, and so does whoever wants to know beforehand (`mastra-inngest check`).
 */
import { isRecord } from '../wire/json';
import { type Container, GraphShape, type Place, fingerprintOf } from './graph-shape';

/** Why a run can't go on: which step of it, and what is not as it was. */
export interface Misfit {
  stepId: string;
  why: string;
}

/** What a run will do under the new graph. */
export interface Outlook {
  /** Nothing of the run is executed where there are any. */
  misfits: Misfit[];
  /** What was executed and is executed again. `as`: the id that it seems to have got. */
  repeats: { stepId: string; as?: string }[];
  /** New steps that stand where the run will come. */
  runs: string[];
  /** New steps that stand where the run has passed. */
  skips: string[];
}

type Results = Record<string, unknown>;

/** How a step is repeated is part of its ops' names and memos. */
function repetition(container: Container): string {
  return container === 'loop' || container === 'foreach' ? container : 'once';
}

export class GraphChange {
  private readonly was: GraphShape;
  private readonly now: GraphShape;

  private constructor(was: readonly unknown[], now: readonly unknown[]) {
    this.was = new GraphShape(was);
    this.now = new GraphShape(now);
  }

  /** Undefined where the shape is the same, or where nothing is stored of the graph that the run began with. */
  static between(was: readonly unknown[] | undefined, now: readonly unknown[]): GraphChange | undefined {
    if (!was?.length || fingerprintOf(was) === fingerprintOf(now)) return undefined;
    return new GraphChange(was, now);
  }

  /**
   * Where a step now stands that a leg goes on with.
   * @param path where it stood
   * @param results what is stored of the run
   */
  continuedAt(stepId: string, path: readonly number[] = [], results: Results = {}): Place | Misfit {
    const before = this.was.of(stepId);
    const place = before.find(one => one.path.join() === path.join()) ?? before[0];
    if (!place) return { stepId, why: 'it is not in the graph that is stored with the run' };
    const found = this.counterpart(place);
    if ('why' in found) return found;
    if (found.container !== place.container) return moved(place, found);
    const [index = 0] = found.path;
    const old = this.was.entry(place.path[0] ?? 0);
    const added = this.now.entry(index).find(id => !old.includes(id));
    // Core goes on behind a parallel only if each of its steps has a result.
    if (found.container === 'parallel' && added !== undefined)
      return { stepId, why: `the step "${added}" was added to its parallel` };
    return this.overtaken(index, results, place.path[0]) ?? found;
  }

  /**
   * A step that was to come and stands before the place where a leg goes on would never be executed.
   * @param after only what stood behind this entry was to come
   */
  overtaken(index: number, results: Results, after = this.reached(results)): Misfit | undefined {
    const due = this.now.places.find(
      ({ id, path: [now = 0] }) =>
        now < index &&
        !succeeded(results[id]) &&
        this.was.of(id).some(({ path: [before = 0] }) => before > after),
    );
    return (
      due && { stepId: due.id, why: 'it was to come, and stands before the place where the run goes on' }
    );
  }

  /** The outlook of a run that a leg goes on with at a step, from what is stored of it. */
  continued(stepId: string, path: readonly number[] | undefined, results: Results): Outlook {
    const found = this.continuedAt(stepId, path, results);
    if ('why' in found) return { ...NOTHING, misfits: [found] };
    const [start = 0] = found.path;
    const [before = 0] = path ?? this.was.of(stepId)[0]?.path ?? [];
    const repeats = this.now.places
      // An arm of a branch that has a result is not executed again, as in core.
      .filter(
        ({ container, path: [index = 0], id }) =>
          container !== 'branch' && index > start && succeeded(results[id]),
      )
      .filter(
        ({ id }) => this.was.of(id).length > 0 && this.was.of(id).every(one => (one.path[0] ?? 0) < before),
      )
      .map(({ id }) => ({ stepId: id }));
    return { ...NOTHING, repeats, ...this.added(start) };
  }

  /**
   * The outlook of a run that Inngest executes, and will call this version for: what has been done is asked for by name.
   * `leg`: where the leg began that executes, if it is a later one.
   */
  replayed(results: Results, leg?: { stepId: string; path?: readonly number[] }): Outlook {
    const first = leg && this.continuedAt(leg.stepId, leg.path, results);
    if (first && 'why' in first) return { ...NOTHING, misfits: [first] };
    const from = leg ? (leg.path?.[0] ?? this.was.of(leg.stepId)[0]?.path[0] ?? 0) : 0;
    const begun = this.begun(results, from);
    const misfits: Misfit[] = [];
    const repeats: Outlook['repeats'] = [];
    const names = new Set(this.was.places.map(({ op }) => op));
    for (const place of begun) {
      if (this.now.of(place.id).length === 0) continue;
      const found = this.counterpart(place);
      if ('why' in found) misfits.push(found);
      else if (repetition(found.container) !== repetition(place.container)) misfits.push(moved(place, found));
      else if (place.unnamed !== undefined && this.hasShifted(place, found)) misfits.push(shifted(place));
      else if (found.op !== place.op && names.has(found.op)) misfits.push(shifted(place));
      else if (found.op !== place.op) repeats.push({ stepId: place.id });
    }
    const { runs, skips } = this.added(first?.path[0] ?? 0);
    const renamed = this.renamed(begun, runs);
    return {
      misfits,
      repeats: [...repeats, ...renamed, ...this.askedAgain(begun)],
      runs: runs.filter(id => !renamed.some(one => one.as === id)),
      skips,
    };
  }

  /** The new graph's place for one of the old: the same id, the same kind, and as often as before. */
  private counterpart(place: Place): Place | Misfit {
    const { id: stepId } = place;
    const before = this.was.of(stepId);
    const after = this.now.of(stepId);
    const found = after[before.indexOf(place)] ?? after[0];
    if (!found) return { stepId, why: 'it is not in the graph any more: it was removed, or has another id' };
    if (after.length !== before.length) {
      return { stepId, why: `the graph had it ${before.length} times and has it ${after.length} times` };
    }
    if (found.kind !== place.kind) return { stepId, why: `it was a ${place.kind} and is a ${found.kind}` };
    return found;
  }

  /**
   * What may have been executed, in the graph that the run began with. Of nested workflows and sleeps the row says something
   * only with the step that follows.
   */
  private begun(results: Results, from: number): Place[] {
    let reached = this.reached(results);
    const silent = ({ kind }: Place) => kind === 'nested workflow' || kind === 'sleep';
    const entry = (index: number) => this.was.places.filter(({ path }) => path[0] === index);
    while (entry(reached + 1).some(silent)) reached += 1;
    return this.was.places.filter(
      place => within(place, from, reached) && (place.id in results || silent(place)),
    );
  }

  /** Index of the last entry of which something is stored. */
  private reached(results: Results): number {
    return Math.max(
      -1,
      ...this.was.places.filter(({ id }) => id in results).map(({ path: [index = 0] }) => index),
    );
  }

  /** Conditions that were asked and have another op now. */
  private askedAgain(begun: readonly Place[]): Outlook['repeats'] {
    const last = Math.max(-1, ...begun.map(({ path }) => path[0] ?? 0));
    const asked = this.was.branches.filter(({ index }) => index <= last);
    const again = this.now.branches.filter(({ op, arms }) => {
      const before = asked.filter(one => one.arms.some(arm => arms.includes(arm)));
      return before.length > 0 && !asked.some(one => one.op === op);
    });
    return again.map(({ op }) => ({ stepId: `the conditions of ${op}` }));
  }

  /** Unnamed ones are counted, so one that was added or removed gives its name to the next. */
  private hasShifted(place: Place, found: Place): boolean {
    if (found.unnamed === place.unnamed) return false;
    return (
      this.now.places.some(({ unnamed }) => unnamed === place.unnamed) ||
      this.was.places.some(({ unnamed }) => unnamed !== undefined && unnamed === found.unnamed)
    );
  }

  private isNew = ({ id }: Place): boolean => this.was.of(id).length === 0;

  private added(start: number): Pick<Outlook, 'runs' | 'skips'> {
    const added = this.now.places.filter(this.isNew);
    const ids = (places: Place[]) => [...new Set(places.map(({ id }) => id))];
    return {
      runs: ids(added.filter(({ path }) => (path[0] ?? 0) >= start)),
      skips: ids(added.filter(({ path }) => (path[0] ?? 0) < start)),
    };
  }

  /**
   * A step that is gone, and a new nested workflow that has it, or one that had what is new, do the same once more. So does a new
   * step at its place between the same steps: it is taken for one that has got another id.
   */
  private renamed(begun: readonly Place[], added: readonly string[]): Outlook['repeats'] {
    const gone = begun.filter(({ id, kind }) => kind !== 'sleep' && this.now.of(id).length === 0);
    const fresh = this.now.places.filter(({ id, kind }) => kind !== 'sleep' && added.includes(id));
    const taken = new Set<Place>();
    return gone.flatMap(place => {
      const gap = gapBefore(place, this.was, this.now);
      const isAtItsPlace = (one: Place) =>
        one.container === place.container && gapBefore(one, this.now, this.was) === gap;
      const free = fresh.filter(one => !taken.has(one));
      const as = free.find(one => shareSteps(one, place)) ?? free.find(isAtItsPlace);
      if (as) taken.add(as);
      return as ? [{ stepId: place.id, as: as.id }] : [];
    });
  }
}

const NOTHING: Outlook = { misfits: [], repeats: [], runs: [], skips: [] };

/** The last step before a place that both graphs have. */
function gapBefore(place: Place, own: GraphShape, other: GraphShape): string | undefined {
  return own.places.slice(0, own.places.indexOf(place)).findLast(({ id }) => other.of(id).length > 0)?.id;
}

function shareSteps(one: Place, other: Place): boolean {
  const ids = idsIn(other);
  return idsIn(one).some(id => ids.includes(id));
}

/** A step's id, and those of what is nested in it. */
function idsIn({ id, inner }: Place): string[] {
  return [id, ...(inner ? new GraphShape(inner).places.flatMap(idsIn) : [])];
}

function within({ path: [index = 0] }: Place, from: number, to: number): boolean {
  return index >= from && index <= to;
}

/** A stored result of a step that has succeeded. */
export function succeeded(result: unknown): boolean {
  return isRecord(result) && result.status === 'success';
}

const WHERE: Record<Container, string> = {
  sequence: 'a step of its own',
  parallel: 'in a parallel',
  branch: 'in a branch',
  loop: 'in a loop',
  foreach: 'in a foreach',
};

function moved({ id, container }: Place, found: Place): Misfit {
  return { stepId: id, why: `it was ${WHERE[container]} and is ${WHERE[found.container]}` };
}

function shifted({ id }: Place): Misfit {
  const why =
    'another step has got its name, since unnamed ones and ones used twice are told apart by their place';
  return { stepId: id, why };
}
