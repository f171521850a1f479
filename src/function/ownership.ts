import type { RunScope } from '../engine/scope';
import type { Ownership } from '../snapshot/snapshot';

/** Whose the stored run is while this execution has it. */
export function ownershipOf({ inngestRunId, leg, startEvent, resourceId }: RunScope): Ownership {
  return {
    owner: inngestRunId,
    ...(leg && { leg: leg.number }),
    ...(leg?.claim && { claim: leg.claim }),
    ...(startEvent !== undefined && { startEvent }),
    ...(resourceId !== undefined && { resourceId }),
  };
}
