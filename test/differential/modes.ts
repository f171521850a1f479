import type { Mode } from './rig';

/** In the order of the tests' names: the place of a mode is its share of the random graphs. */
export const MODES = {
  checkpointing: { name: 'checkpointing on', checkpointing: true },
  noCheckpointing: { name: 'checkpointing off', checkpointing: false },
  replay: { name: 'always replay', checkpointing: false, replay: true },
  twoInstances: { name: 'two app instances taking turns', checkpointing: false, instances: 2 },
} satisfies Record<string, Mode>;
